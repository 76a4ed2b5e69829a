import Chat
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
                guard sides.count == 2, sides[0].lowercased() == "wait", let seconds = Int(sides[1]) else { continue }
                return min(max(seconds, 0), limit)
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
