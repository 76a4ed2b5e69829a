/// Reads a text once and keeps what `ShownText` allows.
struct TextCleaner {
    private let kind: ShownText.Kind
    private var kept: [Unicode.Scalar] = []
    /// Number of marks after the last character that is not a mark.
    private var marks = 0
    /// The last character that is neither a mark nor invisible.
    private var base: Unicode.Scalar?
    /// Indices in `kept` of bidirectional controls that have not been closed, outermost first.
    private var open: [(place: Int, isIsolate: Bool)] = []
    /// Indices of controls that are never closed.
    private var unclosed: Set<Int> = []

    private init(_ kind: ShownText.Kind) {
        self.kind = kind
    }

    static func clean(_ text: String, _ kind: ShownText.Kind) -> String {
        var cleaner = TextCleaner(kind)
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            index += cleaner.take(scalars[index...])
        }
        return cleaner.finish()
    }

    /// Processes the first of the remaining characters.
    ///
    /// - Returns: The number of characters that were processed.
    private mutating func take(_ rest: ArraySlice<Unicode.Scalar>) -> Int {
        let scalar = rest[rest.startIndex]
        let next = rest.dropFirst().first
        if scalar.isLineBreak {
            endLine()
            return scalar == "\r" && next == "\n" ? 2 : 1
        }
        if scalar == .blackFlag { return takeFlag(rest) }
        if scalar.isVariationSelector {
            if kept.last == base, base?.takesVariation(before: next) == true { kept.append(scalar) }
        } else if scalar.isJoiner {
            if kind == .lines || mayJoin(scalar, next) { kept.append(scalar) }
        } else if let control = DirectionControl(scalar) {
            if kind == .lines { take(control, scalar) }
        } else if scalar.properties.isWhitespace || scalar.value == 0x2800 {
            takeSpace(scalar)
        } else if scalar.isMark, !scalar.properties.isDefaultIgnorableCodePoint {
            takeMark(scalar)
        } else if mayStay(scalar) {
            // An invisible character does not replace the base: marks after it still stack on the character before.
            if scalar.properties.isDefaultIgnorableCodePoint { kept.append(scalar) } else { takeBase(scalar) }
        }
        return 1
    }

    private mutating func takeBase(_ scalar: Unicode.Scalar) {
        kept.append(scalar)
        base = scalar
        marks = 0
    }

    private mutating func takeMark(_ mark: Unicode.Scalar) {
        marks += 1
        // A mark at the start of a name would be drawn over what is displayed before the name.
        guard marks <= ShownText.marksPerCharacter, kind == .lines || base != nil else { return }
        kept.append(mark)
    }

    private mutating func takeSpace(_ space: Unicode.Scalar) {
        base = nil
        marks = 0
        switch kind {
        case .lines: kept.append(space)
        case .name: if !kept.isEmpty, kept.last != " " { kept.append(" ") }
        }
    }

    private mutating func endLine() {
        closeLine()
        takeSpace("\n")
    }

    /// A flag with the tags of its region, such as Wales. Tags anywhere else are hidden text.
    private mutating func takeFlag(_ rest: ArraySlice<Unicode.Scalar>) -> Int {
        takeBase(.blackFlag)
        let tags = rest.dropFirst().prefix { $0.isTag }
        guard (1...8).contains(tags.count), rest.dropFirst(tags.count + 1).first == .cancelTag else { return 1 }
        kept.append(contentsOf: tags)
        kept.append(.cancelTag)
        return tags.count + 2
    }

    /// Whether a joiner in a name has an effect: between two emoji, or within a word of a script that uses joiners.
    private func mayJoin(_ joiner: Unicode.Scalar, _ next: Unicode.Scalar?) -> Bool {
        guard let last = kept.last, let next, !last.isJoiner, let base else { return false }
        if joiner == .joiner, base.isPictograph, next.isPictograph { return true }
        return last.isOfJoiningScript && next.isOfJoiningScript
    }

    /// For characters that have no rule of their own.
    private func mayStay(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.isVisible }
        let properties = scalar.properties
        switch scalar.value {
        case 0xFFF9...0xFFFB, 0xE0000...0xE0FFF: return false
        case 0x180B...0x180F: return kept.last.map { (0x1800...0x18AF).contains($0.value) } ?? false
        default: break
        }
        guard properties.generalCategory != .control, !properties.isNoncharacterCodePoint else { return false }
        return kind == .lines || !properties.isDefaultIgnorableCodePoint
    }

    // MARK: - Direction

    private mutating func take(_ control: DirectionControl, _ scalar: Unicode.Scalar) {
        switch control {
        case .mark: break
        case .embedding, .isolate: open.append((kept.count, control == .isolate))
        case .endOfEmbedding:
            guard open.last?.isIsolate == false else { return }
            open.removeLast()
        case .endOfIsolate:
            guard let place = open.lastIndex(where: \.isIsolate) else { return }
            // The end of an isolate also ends the embeddings within it (UAX 9, X6a).
            for inner in open[(place + 1)...] { unclosed.insert(inner.place) }
            open.removeSubrange(place...)
        }
        kept.append(scalar)
    }

    /// Bidirectional controls have no effect beyond their paragraph.
    private mutating func closeLine() {
        for control in open { unclosed.insert(control.place) }
        open = []
    }

    private mutating func finish() -> String {
        closeLine()
        if kind == .name, kept.last == " " { kept.removeLast() }
        var text = String.UnicodeScalarView()
        for (place, scalar) in kept.enumerated() where !unclosed.contains(place) { text.append(scalar) }
        return String(text)
    }
}

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
    fileprivate var isLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// A variation selector (UTS 51 and UTS 37).
    fileprivate var isVariationSelector: Bool {
        (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value)
    }

    /// A tag letter or digit, used to spell a flag (UTS 51, emoji tag sequences).
    fileprivate var isTag: Bool {
        (0xE0020...0xE007E).contains(value)
    }

    fileprivate static let cancelTag: Unicode.Scalar = "\u{E007F}"
    fileprivate static let blackFlag: Unicode.Scalar = "\u{1F3F4}"
    fileprivate static let joiner: Unicode.Scalar = "\u{200D}"

    fileprivate var isJoiner: Bool { value == 0x200C || value == 0x200D }

    /// Whether it belongs to a script in which a joiner or non-joiner can change the meaning of a word: Arabic and
    /// related scripts, the scripts of India and its neighbours, Mongolian, Khmer (RFC 5892 appendix A.1 names the
    /// first two).
    fileprivate var isOfJoiningScript: Bool {
        switch value {
        case 0x0600...0x08FF, 0x0900...0x0DFF, 0x0F00...0x109F, 0x1780...0x18AF, 0xA840...0xA9FF, 0xAA00...0xABFF,
            0xFB50...0xFDFF, 0xFE70...0xFEFE, 0x10A00...0x11FFF, 0x1E900...0x1E95F:
            true
        default: false
        }
    }

    /// An emoji, other than the digits and signs that are emoji only as keycaps.
    fileprivate var isPictograph: Bool {
        !isASCII && properties.isEmoji
    }

    /// Whether a variation selector after it has a meaning, given the character after the selector.
    fileprivate func takesVariation(before next: Unicode.Scalar?) -> Bool {
        if isASCII { return properties.isEmoji && next?.value == 0x20E3 }
        return properties.isEmoji || properties.isIdeographic || isOfJoiningScript || (0x2190...0x2BFF).contains(value)
    }
}

/// Bidirectional control characters (UAX 9).
private enum DirectionControl {
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
