// Foundation's normalisation would load its whole Unicode library of 30 MB.
@_spi(_Unicode) import Swift

/// The rule for displayed text: nothing in it may be hidden, reverse other text, or cover the lines above and below.
enum ShownText {
    enum Kind {
        /// One line, similar to RFC 8266: a display name or a room's name. Invisible characters are removed, except for
        /// the joiners that scripts and emoji need; white space becomes a single space.
        case name
        /// Lines of text: a message or a topic. Line breaks, tabs and invisible characters are kept, and so are
        /// bidirectional controls that are closed within their line.
        case lines
    }

    /// Maximum number of marks after one character. Tibetan stacks eight; more would cover the lines above and below.
    static let marksPerCharacter = 8

    static func clean(_ text: String, _ kind: Kind) -> String {
        switch kind {
        case .lines:
            guard !OrdinaryText.allows(text, lineBreaks: true) else { return text }
            return TextCleaner.clean(text, kind)
        case .name:
            guard !OrdinaryText.allows(text, lineBreaks: false) || text.utf8.contains(0x20) else { return text }
            return string(TextCleaner.clean(text, kind)._nfc)
        }
    }

    /// Whether any of its characters is visible.
    static func isVisible(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.isVisible }
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}

/// Recognises, by its bytes, text that needs no cleaning. Nearly all text is like that.
private enum OrdinaryText {
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

/// A short text that people read: a room's name, a topic, a display name.
enum Label {
    /// Cleans the text for display, and removes surrounding white space.
    ///
    /// - Parameter mayBeEmpty: Whether it is a text that may be empty and have several lines.
    /// - Throws: `invalid` with `field` if it is longer than `limit` characters, or empty although it must not be.
    static func check(_ text: String, field: String, limit: Int, mayBeEmpty: Bool = false) throws(Refusal) -> String {
        let tooLong = Refusal.invalid(field: field, "It may have at most \(limit) characters.", limit: limit)
        // A text that is far too long is not cleaned first.
        guard text.utf8.count <= 32 * limit else { throw tooLong }
        let shown = ShownText.clean(text, mayBeEmpty ? .lines : .name).trimmingWhitespace()
        guard ShownText.isVisible(shown) else {
            guard mayBeEmpty else { throw .invalid(field: field, "It must have at least one visible character.") }
            return ""
        }
        guard shown.unicodeScalars.count <= limit else { throw tooLong }
        return shown
    }
}

extension String {
    func trimmingWhitespace() -> String {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
