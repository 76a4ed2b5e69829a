import FoundationEssentials

/// Words such as `=?UTF-8?B?w6QuanBn?=` (RFC 2047), in which mail programs and some HTTP clients encode non-ASCII text.
enum EncodedWords {
    /// Decodes the encoded words in `text`; words with an unknown charset or invalid content are unchanged.
    ///
    /// White space between two words is removed (section 6.2). The bytes of adjacent words with the same charset are
    /// decoded together, since many clients split a character between two words.
    static func decoded(_ text: String) -> String {
        guard text.contains("=?") else { return text }
        var result = ""
        var rest = text[...]
        var run = Run()
        while let start = rest.firstRange(of: "=?")?.lowerBound {
            let before = rest[..<start]
            guard let (word, end) = Word.read(rest[start...]) else {
                result += run.text + before + "=?"
                run = Run()
                rest = rest[start...].dropFirst(2)
                continue
            }
            let isGap = !run.isEmpty && before.allSatisfy(\.isWhitespace)
            if !isGap || !run.takes(word) {
                result += run.text + (isGap ? "" : before)
                run = Run()
            }
            run.append(word, written: rest[start..<end])
            rest = rest[end...]
        }
        return result + run.text + rest
    }

    private enum Charset {
        case utf8
        case latin1

        init?(_ name: some StringProtocol) {
            // A language may follow after an asterisk (RFC 2231 section 5).
            switch name.prefix(while: { $0 != "*" }).lowercased() {
            case "utf-8", "utf8", "us-ascii": self = .utf8
            case "iso-8859-1", "latin1": self = .latin1
            default: return nil
            }
        }
    }

    private struct Word {
        let charset: Charset
        let bytes: [UInt8]

        /// The word at the start of `text`, and its end.
        static func read(_ text: Substring) -> (Word, Substring.Index)? {
            let parts = text.dropFirst(2).split(separator: "?", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, parts[3].first == "=", let charset = Charset(parts[0]),
                let bytes = bytes(of: parts[2], encoding: parts[1])
            else { return nil }
            return (Word(charset: charset, bytes: bytes), parts[3].index(after: parts[3].startIndex))
        }

        private static func bytes(of text: Substring, encoding: Substring) -> [UInt8]? {
            switch encoding {
            case "B", "b": Data(base64Encoded: String(text)).map { Array($0) }
            // Section 4.2: `_` means a blank.
            case "Q", "q":
                Array(percentEscaped: text.replacing("_", with: " ").utf8, escape: UInt8(ascii: "="))
            default: nil
            }
        }
    }

    /// Adjacent words with the same charset.
    private struct Run {
        private var charset: Charset?
        private var bytes: [UInt8] = []
        private var written = ""

        var isEmpty: Bool { charset == nil }

        func takes(_ word: Word) -> Bool { charset.map { $0 == word.charset } ?? true }

        mutating func append(_ word: Word, written text: Substring) {
            charset = word.charset
            bytes += word.bytes
            written += text
        }

        var text: String {
            switch charset {
            case .utf8: String(validating: bytes, as: UTF8.self) ?? written
            case .latin1: String(latin1: bytes)
            case nil: ""
            }
        }
    }
}

extension Array<UInt8> {
    /// Decodes bytes that are written as an escape character and two hex digits; nil when an escape has no digits.
    init?(percentEscaped text: some Collection<UInt8>, escape: UInt8) {
        self = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == escape else {
                append(byte)
                continue
            }
            guard let digits = String(validating: rest.prefix(2), as: UTF8.self), digits.utf8.count == 2,
                digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
            else { return nil }
            append(value)
            rest = rest.dropFirst(2)
        }
    }
}

extension String {
    /// Decodes UTF-8, or else ISO 8859-1, in which old clients send file names.
    init(utf8OrLatin1 bytes: some Collection<UInt8>) {
        self = String(validating: bytes, as: UTF8.self) ?? String(latin1: bytes)
    }

    /// Decodes ISO 8859-1: each byte is the character of that number.
    init(latin1 bytes: some Sequence<UInt8>) {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        self.init(scalars)
    }
}
