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

/// Removes invisible characters from text: controls, bidirectional marks, and fillers.
///
/// Some of them are kept where they have a function: joiners in emoji and in scripts that need them, and the tags in
/// flags of regions.
private enum VisibleText {
    static let joiners: Set<Unicode.Scalar> = ["\u{200C}", "\u{200D}"]

    private typealias Scalars = String.UnicodeScalarView.SubSequence

    /// Most tags of a flag, including the end tag: the code of a region has at most six.
    private static let tagLimit = 7

    static func filter(_ scalars: String.UnicodeScalarView.SubSequence) -> String.UnicodeScalarView {
        var kept = String.UnicodeScalarView()
        var rest = scalars
        while let scalar = rest.popFirst() {
            if scalar == "\u{1F3F4}" {
                kept.append(scalar)
                kept.append(contentsOf: takeTags(&rest))
            } else if isShown(scalar) || isUsedJoiner(scalar, behind: kept.last, before: rest.first) {
                kept.append(scalar)
            }
        }
        return kept
    }

    /// The characters after a black flag: tag letters and digits, then an end tag (UTS 51, "emoji tag sequence").
    private static func takeTags(_ rest: inout Scalars) -> Scalars {
        let tags = rest.prefix { ("\u{E0030}"..."\u{E0039}").contains($0) || ("\u{E0061}"..."\u{E007A}").contains($0) }
        let sequence = rest.prefix(tags.count + 1)
        guard !tags.isEmpty, sequence.count <= tagLimit, sequence.last == "\u{E007F}" else { return rest.prefix(0) }
        rest = rest.dropFirst(sequence.count)
        return sequence
    }

    /// The format category includes bidirectional marks and tags. Fillers are invisible letters.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: !scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isVariationSelector
        }
    }

    /// Whether a joiner has an effect: Latin, Greek and Cyrillic letters are never joined.
    private static func isUsedJoiner(
        _ scalar: Unicode.Scalar,
        behind previous: Unicode.Scalar?,
        before next: Unicode.Scalar?
    ) -> Bool {
        guard joiners.contains(scalar), let previous, let next else { return false }
        return isJoinable(previous) && isJoinable(next) && isShown(next)
    }

    /// From Hebrew on, without the blocks of additional Latin and Greek letters; symbols begin at U+2190.
    private static func isJoinable(_ scalar: Unicode.Scalar) -> Bool {
        (0x0590...0x1CFF).contains(scalar.value) || scalar.value >= 0x2190
    }
}
