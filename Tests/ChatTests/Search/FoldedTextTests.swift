import TestSupport
import Testing

@testable import Chat

@Suite("Folded text", .timeLimit(.standard))
struct FoldedTextTests {
    @Test(
        "Case, accents, width and white space make no difference",
        arguments: [
            ("Привет", "привет"), ("Ärzte", "arzte"), ("ÄRZTE", "arzte"), ("A\u{308}rzte", "arzte"),
            ("STRASSE", "straße"), ("STRAẞE", "strasse"), ("ﾃｽﾄ", "テスト"), ("ﾊﾞﾙ", "バル"), ("ｶﾞｰﾄﾞ", "ガード"),
            ("ΟΔΟΣ", "οδος"), ("οδός", "ΟΔΟΣ"), ("İstanbul", "istanbul"), ("ıspanak", "Ispanak"), ("Łódź", "lodz"),
            ("Ａｎｎ", "ann"), ("  Ann \t\u{A0} Lee ", "ann lee"), ("Ёлка", "елка"), ("Ǆ", "ǆ"), ("Œuvre", "oeuvre"),
            ("שָׁלוֹם", "שלום"), ("مُحَمَّد", "محمد"), ("An\u{AD}n", "ann"), ("ﬁn", "FIN"), ("가", "\u{1100}\u{1161}"),
        ]
    )
    func same(one: String, other: String) {
        let folded = [one, other].map { Array(FoldedText.fold($0).unicodeScalars) }
        #expect(folded[0] == folded[1])
    }

    @Test(
        "Different letters remain different",
        arguments: [("кот", "код"), ("か", "さ"), ("だ", "た"), ("กิน", "กัน"), ("हिन्दी", "हन्द"), ("a", "b")]
    )
    func different(one: String, other: String) {
        #expect(FoldedText.fold(one) != FoldedText.fold(other))
    }

    @Test("Folding is idempotent", arguments: ShownTextTests.ordinaryTexts)
    func idempotent(text: String) {
        let once = FoldedText.fold(text)
        #expect(Array(FoldedText.fold(once).unicodeScalars) == Array(once.unicodeScalars))
    }

    @Test("A search matches from the start, from each word, after a sign, and from each ideograph")
    func suffixes() {
        #expect(FoldedText.suffixes(of: "The Snug  Bar") == ["the snug bar", "snug bar", "bar"])
        #expect(FoldedText.suffixes(of: "anna-lena.m_2") == ["anna-lena.m_2", "lena.m_2", "m_2", "2"])
        #expect(FoldedText.suffixes(of: "(Bob)") == ["(bob)", "bob)"])
        #expect(FoldedText.suffixes(of: "東京タワー") == ["東京タワー", "京タワー", "タワー", "ワー", "ー"])
        #expect(FoldedText.suffixes(of: "no no") == ["no no", "no"])
        #expect(FoldedText.suffixes(of: "\u{200B}").isEmpty)
    }

    @Test("I8: the number and the length of the indexed suffixes of a name are limited")
    func bounds() {
        let suffixes = FoldedText.suffixes(of: String(repeating: "字", count: 80))
        #expect(suffixes.count <= FoldedText.startLimit)
        #expect(suffixes.allSatisfy { $0.unicodeScalars.count <= FoldedText.limit })
        #expect(FoldedText.fold(String(repeating: "x", count: 100)).count == FoldedText.limit)
    }
}
