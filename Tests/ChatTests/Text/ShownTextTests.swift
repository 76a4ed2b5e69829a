import TestSupport
import Testing

@testable import Chat

@Suite("Displayed text", .timeLimit(.standard))
struct ShownTextTests {
    /// Compares characters, not what they are equivalent to.
    private func expect(
        _ text: String,
        _ kind: ShownText.Kind,
        becomes expected: String,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let cleaned = ShownText.clean(text, kind)
        let isExpected = cleaned.unicodeScalars.elementsEqual(expected.unicodeScalars)
        #expect(isExpected, "\(cleaned.unicodeScalars.map(\.value))", sourceLocation: location)
    }

    /// Text in many scripts, and emoji in all their forms, none of which may change.
    static let ordinaryTexts = [
        "Hello, world! 1 < 2 & 3", "Grüße aus Łódź", "Привет, как дела?", "Καλημέρα", "日本語のテキスト", "中文，标点。", "한국어 문장",
        "“Quotes” – dashes… and ‘more’", "Tiếng Việt", "שָׁלוֹם עֲלֵיכֶם", "السَّلَامُ عَلَيْكُمْ", "می\u{200C}خواهم",
        "नमस्ते क्\u{200D}ष",
        "ශ්\u{200D}රී ලංකා", "ภาษาไทยที่นี่", "བཀྲ་ཤིས་བདེ་ལེགས", "ខ្មែរ", "မြန်မာ", "ᠮᠣᠩᠭᠣᠯ\u{180E}ᠠ", "தமிழ்", "ქართული",
        "👩🏽\u{200D}💻", "👨\u{200D}👩\u{200D}👧\u{200D}👦", "❤\u{FE0F}\u{200D}🔥", "🏳\u{FE0F}\u{200D}🌈", "1\u{FE0F}\u{20E3}",
        "🇩🇪", "👍🏿",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}", "☺\u{FE0F} ☺\u{FE0E}", "葛\u{E0100}飾", "ﷺ",
        "∑ x² ≤ ∞",
    ]

    @Test("Ordinary text is unchanged, as a name and as lines", arguments: ordinaryTexts)
    func ordinary(text: String) {
        expect(text, .lines, becomes: text)
        #expect(ShownText.clean(text, .name) == text)
        #expect(ShownText.isVisible(text))
    }

    @Test(
        "Names contain no invisible characters",
        arguments: [
            ("Ann\u{200B} Admin", "Ann Admin"), ("\u{FEFF}Ann", "Ann"), ("An\u{AD}n", "Ann"), ("Ann\u{2060}", "Ann"),
            ("A\u{200D}nn", "Ann"), ("A\u{200C}nn", "Ann"), ("Ann\u{200D}", "Ann"), ("👩\u{200D}", "👩"),
            ("a\u{FE0F}b", "ab"),
            ("Ann\u{3164}", "Ann"), ("Ann\u{E0041}\u{E0042}", "Ann"), ("🏴\u{E0041}", "🏴"), ("An\u{34F}n", "Ann"),
            ("Ann\u{E0100}", "Ann"), ("1\u{FE0F}2", "12"), ("☺\u{FE0F}\u{FE0F}\u{FE0F}", "☺\u{FE0F}"),
        ]
    )
    func invisible(text: String, expected: String) {
        expect(text, .name, becomes: expected)
    }

    @Test(
        "A name is one line with single spaces and no bidirectional controls",
        arguments: [
            ("  Ann \u{A0}\u{3000} Admin ", "Ann Admin"), ("Ann\nAdmin", "Ann Admin"),
            ("Ann\r\n\u{2028}Admin", "Ann Admin"),
            ("\u{202E}nimdA", "nimdA"), ("\u{2066}Ann\u{2069}", "Ann"), ("Ann\u{200F}", "Ann"),
            ("A\u{7}n\u{0}n\u{9F}", "Ann"),
            ("Ann\u{2800}\u{2800}Admin", "Ann Admin"), ("\u{301}Ann", "Ann"), ("A\u{308}rzte", "\u{C4}rzte"),
            ("A\u{FFF9}n\u{FFFB}n\u{FFFE}", "Ann"),
        ]
    )
    func names(text: String, expected: String) {
        expect(text, .name, becomes: expected)
    }

    @Test("No character carries more than eight marks", arguments: [ShownText.Kind.name, .lines])
    func marks(kind: ShownText.Kind) {
        let marks = { (count: Int) in String(repeating: "\u{33D}", count: count) }
        expect("Z" + marks(63) + "a", kind, becomes: "Z" + marks(8) + "a")
        expect("x" + marks(8) + "y" + marks(63), kind, becomes: "x" + marks(8) + "y" + marks(8))
        for ignored in ["\u{34F}", "\u{2060}", "\u{200B}", "\u{AD}", "\u{115F}", "\u{200D}"] {
            let piled = ShownText.clean("a" + String(repeating: marks(8) + ignored, count: 20), kind)
            #expect(piled.unicodeScalars.count { $0 == "\u{33D}" } <= 8)
        }
        #expect(ShownText.clean(String(repeating: "Z" + marks(63), count: 30), kind).unicodeScalars.count == 30 * 9)
        // A Tibetan stack is one character.
        expect("ཧྐྵྨླྺྼྻྂ", .lines, becomes: "ཧྐྵྨླྺྼྻྂ")
    }

    @Test(
        "In lines, closed directional marks remain and open ones are removed, line by line",
        arguments: [
            ("a \u{2067}b\u{2069} c", "a \u{2067}b\u{2069} c"), ("a \u{202E}b", "a b"),
            ("a \u{202E}b\u{202C} c", "a \u{202E}b\u{202C} c"),
            ("a \u{2066}b\nc\u{2069}", "a b\nc"), ("\u{2066}\u{202E}a\u{2069}b", "\u{2066}a\u{2069}b"),
            ("a\u{202C}\u{2069}b", "ab"),
            ("\u{2066}a\u{202C}b\u{2069}", "\u{2066}ab\u{2069}"), ("\u{202A}a\u{2066}b\u{2069}", "a\u{2066}b\u{2069}"),
            ("שלום\u{200F} (x)", "שלום\u{200F} (x)"),
            ("\u{2066}\u{2066}a\u{2069}", "\u{2066}a\u{2069}"),
        ]
    )
    func direction(text: String, expected: String) {
        expect(text, .lines, becomes: expected)
    }

    @Test(
        "Lines keep line breaks and tabs, and lose other control characters",
        arguments: [
            ("a\tb\nc", "a\tb\nc"), ("a\r\nb\rc\u{85}d\u{2029}e", "a\nb\nc\nd\ne"),
            ("a\u{0}b\u{1B}[31mc\u{7F}", "ab[31mc"),
            ("zero\u{200B}width", "zero\u{200B}width"), ("hid\u{E0068}\u{E0069}den", "hidden"), ("  a  ", "  a  "),
        ]
    )
    func lines(text: String, expected: String) {
        expect(text, .lines, becomes: expected)
    }

    @Test(
        "Characters that are not drawn are not visible",
        arguments: [
            "", " ", "\n\t", "\u{200B}", "\u{2060}\u{FEFF}", "\u{202E}", "\u{2066}\u{2069}", "\u{3164}", "\u{115F}",
            "\u{2800}", "\u{AD}", "\u{1D159}",
            "\u{FE0F}", "\u{E0041}", "\u{301}", "\u{0}", "\u{3000}",
        ]
    )
    func nothingToSee(text: String) {
        #expect(!ShownText.isVisible(text))
        #expect(throws: Refusal.self) { try Label.check(text, field: "name", limit: 10) }
    }

    @Test("Cleaning is idempotent and never makes a text longer")
    func idempotent() {
        var random = SystemRandomNumberGenerator()
        let hostile: [UInt32] = [
            0, 9, 10, 13, 0x20, 0x41, 0x85, 0xA0, 0xAD, 0x301, 0x34F, 0x5D0, 0x61C, 0x628, 0x915, 0x94D, 0x1100, 0x180B,
            0x200B, 0x200C, 0x200D, 0x200E, 0x2028, 0x202A, 0x202C, 0x202E, 0x2066, 0x2068, 0x2069, 0x263A, 0x2800,
            0x3164,
            0xFE0F, 0xFEFF, 0xFFF9, 0xFFFE, 0x1F3F4, 0x1F469, 0xE0041, 0xE0067, 0xE007F, 0xE0100,
        ]
        for _ in 0..<2000 {
            var view = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...24, using: &random) {
                if let scalar = hostile.randomElement(using: &random).flatMap(Unicode.Scalar.init) {
                    view.append(scalar)
                }
            }
            let text = String(view)
            let once = ShownText.clean(text, .lines)
            #expect(once.utf8.count <= text.utf8.count)
            expect(once, .lines, becomes: once)
        }
    }

    @Test("A topic may have several lines, and may be empty")
    func topic() throws {
        #expect(try Room.check(topic: " a\nb ") == "a\nb")
        #expect(try Room.check(topic: "\u{200B}") == "")
        #expect(throws: Refusal.self) { try Room.check(topic: String(repeating: "t", count: 501)) }
    }

    @Test("Bodies are stored as displayed, also when edited, and repeats are still recognised")
    func bodies() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let draft = Draft(body: "see \u{202E}gnp.exe\u{0}", clientMessageID: .random())
            let message = try await chat.store.messages.post(draft, in: room, by: ada).message
            #expect(message.body == "see gnp.exe")
            #expect(try await chat.store.messages.post(draft, in: room, by: ada).isReplay)
            let edited = try await chat.store.messages.edit(message.id, in: room, body: "\u{2067}x", by: ada)
            #expect(edited.body == "x")
            #expect(await refusal { try await chat.say("\u{200B}\u{2060}", in: room, by: ada) } == .invalid)
            let file = try await chat.upload(by: ada)
            #expect(try await chat.say("\u{200B}", [file], in: room, by: ada).body.isEmpty)
        }
    }
}
