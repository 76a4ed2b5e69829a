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
