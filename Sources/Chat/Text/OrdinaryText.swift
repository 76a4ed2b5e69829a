/// Recognises, by its bytes, text that needs no cleaning. Nearly all text is like that.
enum OrdinaryText {
    /// Whether the text has only letters, digits, punctuation and emoji: no controls, no marks, nothing invisible.
    /// False for some harmless texts too.
    static func allows(_ text: String, lineBreaks: Bool) -> Bool {
        var text = text
        return text.withUTF8 { allows($0, lineBreaks: lineBreaks) }
    }

    private static func allows(_ bytes: UnsafeBufferPointer<UInt8>, lineBreaks: Bool) -> Bool {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let length: Int
            switch byte {
            case 0x20...0x7E: length = 1
            case 0x09, 0x0A:
                guard lineBreaks else { return false }
                length = 1
            // U+00C0–02FF, U+0380–047F: Latin, Greek, Cyrillic.
            case 0xC3...0xCB, 0xCE...0xD1: length = 2
            // U+2010–2027: dashes, quotation marks, the ellipsis.
            case 0xE2 where bytes[index + 1] == 0x80 && (0x90...0xA7).contains(bytes[index + 2]): length = 3
            // U+3041–3096, U+30A0–30FF: kana. U+3001–300F: their punctuation.
            case 0xE3 where isKana(bytes[index + 1], bytes[index + 2]): length = 3
            // U+4000–9FFF: ideographs. U+B000–CFFF: Hangul.
            case 0xE4...0xE9, 0xEB...0xEC: length = 3
            // U+1F000–1FFFF: emoji.
            case 0xF0 where bytes[index + 1] == 0x9F: length = 4
            default: return false
            }
            index += length
        }
        return true
    }

    private static func isKana(_ second: UInt8, _ third: UInt8) -> Bool {
        switch second {
        case 0x80: (0x81...0x8F).contains(third)
        case 0x81: true
        case 0x82: third <= 0x96 || third >= 0xA0
        case 0x83: true
        default: false
        }
    }
}
