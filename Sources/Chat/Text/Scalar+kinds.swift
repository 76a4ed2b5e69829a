/// The kinds of characters that the rule for displayed text distinguishes (Unicode Character Database, UAX 44).
extension Unicode.Scalar {
    /// Whether it is visible by itself.
    var isVisible: Bool {
        if isASCII { return (0x21...0x7E).contains(value) }
        // The blank Braille pattern and the null notehead have the same category as visible symbols.
        guard value != 0x2800, value != 0x1D159, !properties.isWhitespace, !properties.isDefaultIgnorableCodePoint
        else { return false }
        switch properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark, .spacingMark: return false
        default: return !properties.isNoncharacterCodePoint
        }
    }

    var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    /// Whether it ends a line: LF, VT, FF, CR, NEL, LS or PS (UAX 14, BK, CR, LF and NL).
    var isLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// A variation selector (UTS 51 and UTS 37).
    var isVariationSelector: Bool {
        (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value)
    }

    /// A tag letter or digit, used to spell a flag (UTS 51, emoji tag sequences).
    var isTag: Bool {
        (0xE0020...0xE007E).contains(value)
    }

    static let cancelTag: Unicode.Scalar = "\u{E007F}"
    static let blackFlag: Unicode.Scalar = "\u{1F3F4}"
    static let joiner: Unicode.Scalar = "\u{200D}"

    var isJoiner: Bool { value == 0x200C || value == 0x200D }

    /// Whether it belongs to a script in which a joiner or non-joiner can change the meaning of a word: Arabic and
    /// related scripts, the scripts of India and its neighbours, Mongolian, Khmer (RFC 5892 appendix A.1 names the
    /// first two).
    var isOfJoiningScript: Bool {
        switch value {
        case 0x0600...0x08FF, 0x0900...0x0DFF, 0x0F00...0x109F, 0x1780...0x18AF, 0xA840...0xA9FF, 0xAA00...0xABFF,
            0xFB50...0xFDFF, 0xFE70...0xFEFE, 0x10A00...0x11FFF, 0x1E900...0x1E95F:
            true
        default: false
        }
    }

    /// An emoji, other than the digits and signs that are emoji only as keycaps.
    var isPictograph: Bool {
        !isASCII && properties.isEmoji
    }

    /// Whether a variation selector after it has a meaning, given the character after the selector.
    func takesVariation(before next: Unicode.Scalar?) -> Bool {
        if isASCII { return properties.isEmoji && next?.value == 0x20E3 }
        return properties.isEmoji || properties.isIdeographic || isOfJoiningScript || (0x2190...0x2BFF).contains(value)
    }
}

/// Bidirectional control characters (UAX 9).
enum DirectionControl {
    /// Begins an embedding or override, which PDF ends.
    case embedding
    /// Begins an isolate, which PDI ends.
    case isolate
    case endOfEmbedding
    case endOfIsolate
    /// A directional mark, which does not reorder other text.
    case mark

    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x202A, 0x202B, 0x202D, 0x202E: self = .embedding
        case 0x202C: self = .endOfEmbedding
        case 0x2066, 0x2067, 0x2068: self = .isolate
        case 0x2069: self = .endOfIsolate
        case 0x200E, 0x200F, 0x061C: self = .mark
        default: return nil
        }
    }
}
