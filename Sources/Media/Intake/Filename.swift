// Foundation's normalisation would load its whole Unicode library into the worker as well, 30 MB of it.
@_spi(_Unicode) import Swift

/// Makes a client's name for a file fit to be stored and shown. It is text for people and never part of a path.
package enum Filename {
    /// Bytes of UTF-8, as file systems allow for one name.
    package static let byteLimit = 255
    /// Stands in for a name of which nothing is left.
    package static let fallback = "file"

    /// The last path component of `name` in NFC, without control characters and without those that turn text around,
    /// cut at a character so that it fits ``byteLimit``.
    package static func clean(_ name: String?) -> String {
        let component = (name ?? "").split { $0 == "/" || $0 == "\\" }.last ?? ""
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: component.unicodeScalars.lazy.filter(isShown))
        var normalized = String.UnicodeScalarView()
        normalized.append(contentsOf: String(kept)._nfc)
        let text = trim(String(normalized))
        let isDots = text.allSatisfy { $0 == "." }
        return isDots ? fallback : text
    }

    /// Controls, formatting (which holds the bidirectional marks), separators of lines, and what is no character.
    /// The joiners stay: emoji and several scripts need them.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }

    private static func trim(_ name: String) -> String {
        var text = Substring(name)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.utf8.count > byteLimit || text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
