/// Removes invisible characters from text: controls, bidirectional marks, and fillers.
///
/// Some of them are kept where they have a function: joiners in emoji and in scripts that need them, and the tags in
/// flags of regions.
enum VisibleText {
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
