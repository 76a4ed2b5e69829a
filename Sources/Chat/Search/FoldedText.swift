// Foundation's folding would load its whole Unicode library of 30 MB.
@_spi(_Unicode) import Swift

/// The form of names that is searched: without case, accents and width.
enum FoldedText {
    /// Version of the folding rule. Must be incremented with every change of this file, so that the stored names are
    /// folded again at the next start.
    static let rule = 2

    /// Maximum number of characters that are compared.
    static let limit = 64
    /// Maximum number of places in a name at which a match may begin.
    static let startLimit = 32

    /// Simplified case folding of the decomposed text (Unicode 3.13), without accents, with single spaces.
    static func fold(_ text: String) -> String {
        string(scalars(of: text).prefix(limit))
    }

    /// The folded text from each place at which a match may begin, starting with all of it: from each word, from each
    /// part of a word after a sign, and from each ideograph, because those have no spaces between them.
    static func suffixes(of text: String) -> [String] {
        let folded = scalars(of: text)
        let starts = folded.indices.filter { isStart($0, of: folded) }.prefix(startLimit)
        var seen: Set<String> = []
        return starts.map { string(folded[$0...].prefix(limit)) }.filter { seen.insert($0).inserted }
    }

    private static func isStart(_ place: Int, of text: [Unicode.Scalar]) -> Bool {
        guard place > 0 else { return true }
        let (scalar, before) = (text[place], text[place - 1])
        guard scalar != " " else { return false }
        if before == " " || scalar.isUnspaced { return true }
        return !before.isAlphanumeric && !before.isMark && scalar.isAlphanumeric
    }

    private static func scalars(of text: String) -> [Unicode.Scalar] {
        var folded: [Unicode.Scalar] = []
        for scalar in text._nfd {
            if scalar.properties.isWhitespace {
                if !folded.isEmpty, folded.last != " " { folded.append(" ") }
            } else if !isIgnored(scalar) {
                append(scalar, to: &folded)
            }
        }
        if folded.last == " " { folded.removeLast() }
        return folded
    }

    private static func append(_ scalar: Unicode.Scalar, to folded: inout [Unicode.Scalar]) {
        // Through upper case, in which both lower-case forms of sigma are the same.
        for lower in ordinary(scalar).properties.uppercaseMapping.lowercased().unicodeScalars where !isIgnored(lower) {
            if let plain = withoutStroke[lower] {
                folded.append(contentsOf: plain.unicodeScalars)
            } else {
                folded.append(lower)
            }
        }
    }

    /// Maps fullwidth forms of ASCII (U+FF01–FF5E) to ASCII, and halfwidth forms of katakana (U+FF61–FF9F) to katakana.
    private static func ordinary(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
        case 0xFF61...0xFF9F: katakana[Int(scalar.value) - 0xFF61]
        default: scalar
        }
    }

    /// In the order of their halfwidth forms; the last two are the combining voiced and semi-voiced sound marks.
    private static let katakana = Array(
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u{3099}\u{309A}"
            .unicodeScalars
    )

    /// Letters with a stroke and ligatures, which decomposition does not change.
    private static let withoutStroke: [Unicode.Scalar: String] = [
        "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
        "ı": "i",
    ]

    /// Accents, the points of Hebrew and Arabic, and invisible characters. Vowel signs of other scripts are letters.
    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x80: false
        case 0x0300...0x036F, 0x0483...0x0487, 0x0591...0x05BD, 0x05BF, 0x05C1...0x05C2, 0x05C4...0x05C5, 0x05C7,
            0x0610...0x061A, 0x064B...0x065F, 0x0670, 0x06D6...0x06DC, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF,
            0x20D0...0x20FF, 0xFE20...0xFE2F:
            true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}

extension Unicode.Scalar {
    fileprivate var isAlphanumeric: Bool {
        properties.isAlphabetic || properties.numericType != nil
    }

    /// Whether it belongs to a script without spaces between words: ideographs and kana.
    fileprivate var isUnspaced: Bool {
        properties.isIdeographic || (0x3041...0x30FF).contains(value)
    }
}
