import FoundationEssentials

/// Base64 with the URL alphabet and no padding (RFC 4648 section 5).
@usableFromInline package enum Base64URL {
    @inlinable package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        text(of: Data(bytes))
    }

    @usableFromInline static func text(of data: Data) -> String {
        let text = data.base64EncodedData().lazy.filter { $0 != UInt8(ascii: "=") }.map { character in
            switch character {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: character
            }
        }
        return String(decoding: Array(text), as: UTF8.self)
    }

    /// Nil if the text is not valid.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var encoded: [UInt8] = []
        for character in text.utf8 {
            switch character {
            case UInt8(ascii: "-"): encoded.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): encoded.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: encoded.append(character)
            }
        }
        encoded += [UInt8](repeating: UInt8(ascii: "="), count: -encoded.count & 3)
        return Data(base64Encoded: Data(encoded)).map(Array.init)
    }
}
