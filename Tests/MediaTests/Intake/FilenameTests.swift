import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.standard)) struct FilenameTests {
    @Test(
        "A name is text for people and not a path",
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

    @Test(
        "Invisible characters are removed, except where they have a function",
        arguments: [
            (
                "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}.png",
                "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}.png"
            ),
            ("🏴\u{E0067}\u{E0062}.png", "🏴.png"), ("a\u{E0067}\u{E007F}b", "ab"),
            ("🏴" + String(repeating: "\u{E0067}", count: 40) + "\u{E007F}", "🏴"),
            ("Ann\u{200B} Ad\u{200D}min.txt", "Ann Admin.txt"), ("\u{200D}👩\u{200D}💻\u{200D}.png", "👩\u{200D}💻.png"),
            ("می\u{200C}خواهم.txt", "می\u{200C}خواهم.txt"), ("\u{2066}a\u{2069}\u{FEFF}b\u{AD}c", "abc"),
            ("\u{3164}\u{115F}\u{200B}", "file"), ("❤\u{FE0F}\u{200D}🔥.png", "❤\u{FE0F}\u{200D}🔥.png"),
        ]
    )
    func unseen(name: String, expected: String) {
        let cleaned = Filename.clean(name)
        #expect(Array(cleaned.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(Filename.clean(cleaned) == cleaned)
    }

    @Test(
        "A long name is truncated before its extension, between two characters (I8)",
        arguments: [
            (String(repeating: "a", count: 300) + ".jpeg", String(repeating: "a", count: 250) + ".jpeg"),
            (String(repeating: "ä", count: 300) + ".jpg", String(repeating: "ä", count: 125) + ".jpg"),
            (String(repeating: "👩‍💻", count: 300) + ".png", String(repeating: "👩‍💻", count: 22) + ".png"),
            (String(repeating: "a", count: 300) + ".tar.gz", String(repeating: "a", count: 248) + ".tar.gz"),
            (String(repeating: "a b", count: 100) + ".txt", String(repeating: "a b", count: 83) + "a.txt"),
            ("a." + String(repeating: "b", count: 300), "a." + String(repeating: "b", count: 253)),
            (String(repeating: ".", count: 300) + "gz", String(repeating: ".", count: 255 - 3) + ".gz"),
            ("a" + String(repeating: "\u{301}", count: 400) + ".txt", "file.txt"),
        ]
    )
    func shortened(name: String, expected: String) {
        let cleaned = Filename.clean(name)
        #expect(cleaned == expected)
        #expect(Filename.clean(cleaned) == cleaned)
    }

    @Test("A long name is truncated between characters (I8)")
    func cut() {
        let cleaned = Filename.clean(String(repeating: "👩‍💻", count: 500))
        #expect(cleaned.utf8.count <= Filename.byteLimit)
        #expect(cleaned.allSatisfy { $0 == "👩‍💻" })
        #expect(Filename.clean(String(repeating: "a", count: 4_096)).utf8.count == Filename.byteLimit)
    }

    @Test(
        "The name is read from headers as browsers send them",
        arguments: [
            ("attachment; filename=\"a b.txt\"", "a b.txt"), ("attachment; filename=plain.txt", "plain.txt"),
            ("attachment; filename*=UTF-8''na%C3%AFve%20plan.txt", "naïve plan.txt"),
            ("attachment; filename=\"fallback\"; filename*=utf-8'en'%e2%82%ac", "€"),
            ("form-data; name=\"file\"; filename=\"q\\\"uote\\\\.txt\"", "q\"uote\\.txt"),
            ("form-data; name=\"file\"; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt"),
            ("attachment; filename=\"x\"; filename*=latin'%E4", "x"), ("attachment", nil),
            ("attachment; filename*=UTF-8''%FF%FE", nil), ("attachment; filename*=UTF-8''%zz", nil),
            ("attachment; filename=first; filename=second", "first"),
            ("attachment; filename=my photo.jpg; size=3", "my photo.jpg"),
            ("attachment; filename*=iso-8859-1''na%EFve.txt", "naïve.txt"),
            // What browsers write in a form, and nowhere else (HTML Standard).
            ("form-data; name=\"file\"; filename=\"a%22b%0D%0Ac %41.txt\"", "a\"b\r\nc %41.txt"),
            ("attachment; filename=\"100%22.txt\"", "100%22.txt"),
            // RFC 2047.
            ("attachment; filename=\"=?UTF-8?B?w6QuanBn?=\"", "ä.jpg"),
            ("form-data; name=file; filename=\"=?utf-8?q?na=C3=AFve_plan.txt?=\"", "naïve plan.txt"),
            ("attachment; filename=\"=?ISO-8859-1?Q?caf=E9?= =?iso-8859-1*en?B?IGzgLnR4dA==?=\"", "café là.txt"),
            ("attachment; filename=\"=?UTF-8?B?8J+R?=  =?UTF-8?B?iy50eHQ=?=\"", "👋.txt"),
            ("attachment; filename=\"a =?UTF-8?Q?=C3=A4?= =?koi8-r?B?wQ==?= b\"", "a ä =?koi8-r?B?wQ==?= b"),
            ("attachment; filename=\"=?UTF-8?B?*?= =?UTF-8?Q?=GG?= =?\"", "=?UTF-8?B?*?= =?UTF-8?Q?=GG?= =?"),
            ("attachment; filename=\"=?UTF-8?Q?=FF?=.txt\"", "=?UTF-8?Q?=FF?=.txt"),
        ] as [(String, String?)]
    )
    func filename(header: String, expected: String?) throws {
        #expect(try #require(ContentDisposition(header)).filename == expected)
    }

    @Test("A malformed header is rejected", arguments: ["", ";", "attachment; filename=\"open", "a; b", "a b c"])
    func malformed(header: String) {
        #expect(ContentDisposition(header)?.filename == nil)
    }

    @Test("The headers of a part are read as UTF-8 or ISO 8859-1")
    func bytes() throws {
        let head = Array("Content-Disposition: form-data; name=\"file\"; filename=\"caf".utf8)
        #expect(try PartHeaders(head + [0xE9, 0x22]).filename == "café")
        #expect(try PartHeaders(head + [0xC3, 0xA9, 0x22]).filename == "café")
    }

    @Test("The length of a header is limited (I8)")
    func bounded() {
        #expect(ContentDisposition("attachment; filename=" + String(repeating: "a", count: 9_000)) == nil)
    }
}
