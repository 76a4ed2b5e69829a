/// Forms and header fields as browsers write them.
enum SampleForm {
    /// With a preamble, another part, blanks behind a boundary, near misses of the boundary, and an epilogue.
    static let text =
        "preamble\r\n--XyZzy\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
        + "--XyZzy \t\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
        + "Content-Type: text/plain\r\n\r\nline\r\n--Xy\r\r\n-\r\n--XyZ-not quite\r\n\r\n--XyZzy--\r\nepilogue"

    static let compact = "--XyZzy\r\nContent-Disposition: form-data; name=file\r\n\r\n\r\n--XyZzy--"

    /// Lines that end with LF, and a file that ends with CR.
    static let bareLines =
        "--XyZzy\nContent-Disposition: form-data; name=\"note\"\n\nhello\n--XyZzy\n"
        + "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\n\nline\n--XyZ\r\n--XyZzy--\n"

    /// Lines of both kinds, with a last boundary that is behind a bare LF.
    static let mixedLines =
        "--XyZzy\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%22a%22\"\r\n\r\nline\r\n\n--XyZzy--\r\n"

    static let dispositions = [
        "form-data; name=\"file\"; filename=\"a%22b%0D%0Ac.txt\"",
        "attachment; filename=\"=?UTF-8?B?w6Q=?= =?utf-8?q?_=C3=A4?=.txt\"",
        "attachment; filename=\"🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} a\u{200D}b م\u{200C}ن.tar.gz\"",
        "attachment; filename*=iso-8859-1''na%EFve.txt",
        "attachment; filename=\"a b.txt\"", "attachment; filename*=UTF-8''na%C3%AFve%20plan.txt",
        "attachment; filename=\"fallback\"; filename*=utf-8'en'%e2%82%ac",
        "form-data; name=\"file\"; filename=\"q\\\"uote\\\\.txt\"",
        "form-data; name=\"file\"; filename=\"C:\\dir\\a.txt\"",
        "attachment; filename=\"../../👩‍💻 cafe\u{301} \u{202E}gpj.exe\"",
    ]
}
