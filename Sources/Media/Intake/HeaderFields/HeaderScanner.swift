/// Scans tokens and quoted strings in the value of a header field (RFC 9110 section 5.6).
struct HeaderScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool {
        mutating get {
            skipSpaces()
            return rest.isEmpty
        }
    }

    /// Skips a character and spaces before it. Returns whether it was found.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// A token in lower case; nil when there is none.
    mutating func token() -> String? {
        skipSpaces()
        let token = rest.prefix(while: Self.isTokenByte)
        rest = rest.dropFirst(token.count)
        return token.isEmpty ? nil : String(decoding: token, as: UTF8.self).lowercased()
    }

    /// A quoted string without its quotes, or everything up to the next semicolon, since clients send values with
    /// blanks unquoted; nil when a quote is not closed.
    mutating func value() -> String? {
        skipSpaces()
        guard rest.first == UInt8(ascii: "\"") else {
            var bare = rest.prefix { $0 != UInt8(ascii: ";") }
            rest = rest.dropFirst(bare.count)
            while let last = bare.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { bare.removeLast() }
            return String(decoding: bare, as: UTF8.self)
        }
        rest.removeFirst()
        return quoted()
    }

    /// Only `\"` and `\\` are escapes: browsers do not escape other backslashes.
    private mutating func quoted() -> String? {
        var bytes = [UInt8]()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), let next = rest.first, next == UInt8(ascii: "\"") || next == byte {
                rest.removeFirst()
                bytes.append(next)
            } else {
                bytes.append(byte)
            }
        }
        return nil
    }

    private mutating func skipSpaces() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
