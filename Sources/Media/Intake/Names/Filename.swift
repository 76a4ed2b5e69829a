// The normalisation of Foundation would load its Unicode library of 30 MB.
@_spi(_Unicode) import Swift

/// Cleans the file names of clients for storage and display. They are text for people and never part of a path.
package enum Filename {
    /// Longest name in bytes of UTF-8, as in file systems.
    package static let byteLimit = 255
    /// Replaces a name of which nothing is left.
    package static let fallback = "file"
    /// Longest extension in bytes, including its dot; a longer one is part of the name.
    private static let extensionLimit = 32

    /// The last path component of `name` in NFC, without invisible characters and bidirectional marks, and truncated
    /// between two characters to ``byteLimit``. A truncated name keeps its extension.
    package static func clean(_ name: String?) -> String {
        let component = (name ?? "").split { $0 == "/" || $0 == "\\" }.last ?? ""
        let shown = String(VisibleText.filter(normalized(component).unicodeScalars[...]))
        let text = shorten(trim(normalized(shown[...])[...]))
        let isDots = text.allSatisfy { $0 == "." }
        return isDots ? fallback : text
    }

    private static func normalized(_ text: Substring) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: String(text)._nfc)
        return String(scalars)
    }

    private static func trim(_ name: Substring) -> Substring {
        var text = name
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private static func shorten(_ name: Substring) -> String {
        guard name.utf8.count > byteLimit else { return String(name) }
        let end = extensionStart(of: name)
        var stem = name[..<end]
        while !stem.isEmpty, stem.utf8.count + name[end...].utf8.count > byteLimit { stem.removeLast() }
        // A joiner joins nothing to an extension.
        while let last = stem.unicodeScalars.last, last.properties.isWhitespace || VisibleText.joiners.contains(last) {
            stem.unicodeScalars.removeLast()
        }
        return (stem.isEmpty ? fallback : String(stem)) + name[end...]
    }

    /// The start of the extension, of `.tar.gz` its first dot; the end of the name when there is none.
    private static func extensionStart(of name: Substring) -> Substring.Index {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name.endIndex }
        guard name[dot...].utf8.count <= extensionLimit else { return name.endIndex }
        let stem = name[..<dot]
        return stem.hasSuffix(".tar") ? stem.index(stem.endIndex, offsetBy: -4) : dot
    }
}
