import Chat
import Foundation
import Hummingbird
import Vocabulary

extension RequestContext {
    /// The id in the path.
    ///
    /// - Throws: `not_found` if it is malformed.
    func id<Entity>(_ name: String = "id") throws -> Identifier<Entity> {
        guard let id = parameters.get(name).flatMap(Identifier<Entity>.init) else { throw Problem.notFound }
        return id
    }
}

extension Request {
    /// A whole number in the query; nil if it is absent.
    ///
    /// - Throws: `invalid` if it is not a number in `range`.
    func number(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw Problem.invalid(
                name,
                "It must be a whole number from \(range.lowerBound) to \(range.upperBound).",
                limit: Int(range.upperBound)
            )
        }
        return number
    }

    /// The `limit` of a page in the query; the maximum if it is absent.
    ///
    /// - Throws: `invalid` if it is not a number from 1 to the maximum.
    func pageLimit(atMost maximum: Int) throws -> Int {
        try number("limit", in: 1...Int64(maximum)).map(Int.init) ?? maximum
    }

    /// The id in the query after which a page begins; nil if it is absent.
    ///
    /// - Parameter what: What has the id, such as "room".
    /// - Throws: `invalid` if it is malformed.
    func pageStart<Entity>(of what: String) throws -> Identifier<Entity>? {
        guard let text = text("after") else { return nil }
        guard let id = Identifier<Entity>(text) else {
            throw Problem.invalid("after", "It must be the id of a \(what).")
        }
        return id
    }

    /// `true` or `false` in the query; nil if it is absent.
    ///
    /// - Throws: `invalid` if it is anything else.
    func flag(_ name: String) throws -> Bool? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let flag = Bool(String(text)) else { throw Problem.invalid(name, "It must be true or false.") }
        return flag
    }

    /// A text in the query, percent-decoded; nil if it is absent.
    func text(_ name: String) -> String? {
        uri.queryParameters[Substring(name)].map(String.init)
    }

    /// The value of `Content-Length`, in bytes.
    var contentLength: Int? {
        headers[.contentLength].flatMap(Int.init)
    }

    /// Seconds that the client prefers to wait for a result (`Prefer: wait=5`, RFC 7240 section 4.3); 0 by default.
    func preferredWait(atMost limit: Int) -> Int {
        for field in headers[values: .prefer] {
            for preference in field.split(whereSeparator: { $0 == "," || $0 == ";" }) {
                let sides = preference.split(separator: "=").map { $0.filter { !$0.isWhitespace && $0 != "\"" } }
                guard sides.count == 2, sides[0].lowercased() == "wait" else { continue }
                if let seconds = Int(sides[1]) { return min(max(seconds, 0), limit) }
                // More than an integer holds.
                if sides[1].allSatisfy(\.isWholeNumber) { return limit }
            }
        }
        return 0
    }
}

/// A JSON member of a PATCH, which may be absent, null or a value.
enum Patch<Value: Decodable & Sendable>: Sendable {
    case unchanged
    case null
    case value(Value)
}

extension KeyedDecodingContainer {
    func patch<Value>(_ type: Value.Type, forKey key: Key) throws -> Patch<Value> {
        guard contains(key) else { return .unchanged }
        return try decodeIfPresent(type, forKey: key).map { .value($0) } ?? .null
    }
}

extension Request {
    /// Reads the body as JSON, whatever its `Content-Type`.
    ///
    /// - Throws: `too_large` above 64 KiB, `malformed` if it is not JSON, `invalid` with the member that is missing or
    ///   has a wrong type.
    func json<Body: Decodable>(_ type: Body.Type = Body.self) async throws -> Body {
        try JSONText.decode(type, from: Data(buffer: await bodyBytes()))
    }

    /// Like `json`, but nil for an empty body.
    func jsonOrNothing<Body: Decodable>(_ type: Body.Type = Body.self) async throws -> Body? {
        let bytes = try await bodyBytes()
        return bytes.readableBytes == 0 ? nil : try JSONText.decode(type, from: Data(buffer: bytes))
    }

    /// The complete body.
    ///
    /// - Throws: `too_large` above 64 KiB.
    func bodyBytes() async throws -> ByteBuffer {
        let limit = AppContext.maxBodyBytes
        if let length = contentLength, length > limit {
            throw Problem.tooLarge("The body", limit: limit)
        }
        var bytes = ByteBuffer()
        for try await chunk in body {
            guard bytes.readableBytes + chunk.readableBytes <= limit else {
                throw Problem.tooLarge("The body", limit: limit)
            }
            bytes.writeImmutableBuffer(chunk)
        }
        return bytes
    }
}

/// The `seq` of an event. Foundation's decoding of integers does not report which member has a fraction.
struct SequenceNumber: Decodable {
    let value: Int64

    init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Double.self)
        guard let value = Int64(exactly: number) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a whole number")
            )
        }
        self.value = value
    }
}

/// Decoding of JSON from clients.
enum JSONText {
    /// Decodes a value. An escape of half a surrogate pair becomes U+FFFD: clients that truncate text by UTF-16 units
    /// send one at its end, and Foundation rejects the whole text for it.
    static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from text: Data) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: text)
        } catch {
            // Searched only after a failure, so that valid texts cost nothing more.
            guard let whole = replacingLoneSurrogates(in: text) else { throw error }
            return try JSONDecoder().decode(type, from: whole)
        }
    }

    /// Replaces each escape of half a surrogate pair by `\ufffd` (RFC 8259 section 8.2); nil if there is none.
    static func replacingLoneSurrogates(in text: Data) -> Data? {
        var bytes = [UInt8](text)
        var hasReplaced = false
        var index = 0
        while let backslash = bytes[index...].firstIndex(of: UInt8(ascii: "\\")) {
            guard let unit = codeUnit(bytes, at: backslash) else {
                // Any other escape is two bytes long.
                index = min(backslash + 2, bytes.count)
                continue
            }
            index = backslash + escapeLength
            if UTF16.isLeadSurrogate(unit), let next = codeUnit(bytes, at: index), UTF16.isTrailSurrogate(next) {
                index += escapeLength
            } else if UTF16.isLeadSurrogate(unit) || UTF16.isTrailSurrogate(unit) {
                bytes.replaceSubrange(backslash..<index, with: Array(#"\ufffd"#.utf8))
                hasReplaced = true
            }
        }
        return hasReplaced ? Data(bytes) : nil
    }

    /// Length of an escape such as `\ud83d`, in bytes.
    private static let escapeLength = 6

    /// The code unit of the escape `\uXXXX` at `index`; nil if there is none.
    private static func codeUnit(_ bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + escapeLength <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let digits = bytes[index + 2..<index + escapeLength]
        guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
