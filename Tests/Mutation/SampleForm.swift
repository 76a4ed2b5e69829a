/// Forms and header fields as browsers write them.
enum SampleForm {
    /// With a preamble, another part, blanks behind a boundary, near misses of the boundary, and an epilogue.
    static let text =
        "preamble\r\n--XyZzy\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
        + "--XyZzy \t\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
        + "Content-Type: text/plain\r\n\r\nline\r\n--Xy\r\r\n-\r\n--XyZ-not quite\r\n\r\n--XyZzy--\r\nepilogue"

    static let compact = "--XyZzy\r\nContent-Disposition: form-data; name=file\r\n\r\n\r\n--XyZzy--"

    static let dispositions = [
        "attachment; filename=\"a b.txt\"", "attachment; filename*=UTF-8''na%C3%AFve%20plan.txt",
        "attachment; filename=\"fallback\"; filename*=utf-8'en'%e2%82%ac",
        "form-data; name=\"file\"; filename=\"q\\\"uote\\\\.txt\"",
        "form-data; name=\"file\"; filename=\"C:\\dir\\a.txt\"",
        "attachment; filename=\"../../👩‍💻 cafe\u{301} \u{202E}gpj.exe\"",
    ]
}
