import Foundation

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
