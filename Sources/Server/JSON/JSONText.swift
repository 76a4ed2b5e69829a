import Foundation

/// JSON as clients send it.
enum JSONText {
    /// Decodes it, with U+FFFD for half a surrogate pair: clients that cut text by UTF-16 units send such an escape at
    /// the end, and Foundation refuses the whole text for it.
    static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from text: Data) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: text)
        } catch {
            // Looked for only now, so that all other texts cost nothing more.
            guard let whole = replacingLoneSurrogates(in: text) else { throw error }
            return try JSONDecoder().decode(type, from: whole)
        }
    }

    /// The text with `\ufffd` for each escape of half a surrogate pair (RFC 8259 section 8.2); nil without any.
    static func replacingLoneSurrogates(in text: Data) -> Data? {
        var bytes = [UInt8](text)
        var hasReplaced = false
        var index = 0
        while let backslash = bytes[index...].firstIndex(of: UInt8(ascii: "\\")) {
            guard let unit = codeUnit(bytes, at: backslash) else {
                // Another escape, which is two bytes long.
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

    /// Bytes of an escape such as `\ud83d`.
    private static let escapeLength = 6

    /// What an escape `\uXXXX` that begins here stands for; nil where none does.
    private static func codeUnit(_ bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + escapeLength <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let digits = bytes[index + 2..<index + escapeLength]
        guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
