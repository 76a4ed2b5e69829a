import Testing

@testable import Media

@Suite struct FilenameTests {
    @Test(
        "A name is text for people and no path",
        arguments: [
            (nil, "file"), ("", "file"), ("photo.jpg", "photo.jpg"), ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\photo.jpg", "photo.jpg"), ("..", "file"), ("/", "file"), ("a/", "a"),
            ("a\u{0}b\r\n.txt", "ab.txt"), ("evil\u{202E}gpj.exe", "evilgpj.exe"), ("  spaced  ", "spaced"),
            ("cafe\u{301}.txt", "caf\u{E9}.txt"), ("👩‍💻.png", "👩‍💻.png"), ("a.jpg[shrink=8]", "a.jpg[shrink=8]"),
        ] as [(String?, String)]
    )
    func cleaned(name: String?, expected: String) {
        let cleaned = Filename.clean(name)
        #expect(Array(cleaned.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test("A long name is cut at a character (I8)")
    func cut() {
        let cleaned = Filename.clean(String(repeating: "👩‍💻", count: 500))
        #expect(cleaned.utf8.count <= Filename.byteLimit)
        #expect(cleaned.allSatisfy { $0 == "👩‍💻" })
        #expect(Filename.clean(String(repeating: "a", count: 4_096)).utf8.count == Filename.byteLimit)
    }

    @Test(
        "The name is read from the header as browsers write it",
        arguments: [
            ("attachment; filename=\"a b.txt\"", "a b.txt"), ("attachment; filename=plain.txt", "plain.txt"),
            ("attachment; filename*=UTF-8''na%C3%AFve%20plan.txt", "naïve plan.txt"),
            ("attachment; filename=\"fallback\"; filename*=utf-8'en'%e2%82%ac", "€"),
            ("form-data; name=\"file\"; filename=\"q\\\"uote\\\\.txt\"", "q\"uote\\.txt"),
            ("form-data; name=\"file\"; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt"),
            ("attachment; filename=\"x\"; filename*=latin'%E4", "x"), ("attachment", nil),
            ("attachment; filename*=UTF-8''%FF%FE", nil), ("attachment; filename*=UTF-8''%zz", nil),
            ("attachment; filename=first; filename=second", "first"),
        ] as [(String, String?)]
    )
    func filename(header: String, expected: String?) throws {
        #expect(try #require(ContentDisposition(header)).filename == expected)
    }

    @Test("A header that is none is refused", arguments: ["", ";", "attachment; filename=\"open", "a; b", "a b c"])
    func malformed(header: String) {
        #expect(ContentDisposition(header)?.filename == nil)
    }

    @Test("A header of any length is bounded (I8)")
    func bounded() {
        #expect(ContentDisposition("attachment; filename=" + String(repeating: "a", count: 9_000)) == nil)
    }
}
