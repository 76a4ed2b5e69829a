import NIOCore
import TestSupport
import Testing

@testable import Media

/// Forms as clients write them that do not keep to the letter of RFC 2046, and files that look like their forms.
@Suite(.timeLimit(.standard)) struct MultipartLineTests {
    private static let contents: [[UInt8]] = [
        Array("abc".utf8), Array("abc\r".utf8), Array("abc\n".utf8), Array("abc\r\n".utf8), Array("\r\n\r\n".utf8),
        Array("\n\n".utf8), Array("\r\r".utf8), Array("-".utf8), Array("--*".utf8), Array("a\r\n--**\r\n--***x".utf8),
        Array("a\r\n--*** --\r\n".utf8), [0, 255, 13, 10, 45, 45, 42, 42, 13],
    ]

    @Test(
        "CRLF: a file keeps every byte, even a last CR or LF, wherever the body is split",
        arguments: contents
    )
    func crlf(content: [UInt8]) throws {
        try expect(content, in: form(content, lines: "\r\n", boundary: "***"), boundary: "***")
    }

    @Test("LF: the same", arguments: contents)
    func lf(content: [UInt8]) throws {
        try expect(content, in: form(content, lines: "\n", boundary: "***"), boundary: "***")
    }

    @Test("CRLF: a file may contain the boundary after a bare LF")
    func lfBoundaryInside() throws {
        let content = Array("one\n--***\ntwo\n--***--\nthree".utf8)
        try expect(content, in: form(content, lines: "\r\n", boundary: "***"), boundary: "***")
    }

    @Test("A boundary followed by other characters belongs to the file", arguments: ["\r\n", "\n"])
    func longerLines(lines: String) throws {
        let content = Array("\(lines)--***x\(lines)--****\(lines)--***-\(lines)--*** x\(lines)".utf8)
        try expect(content, in: form(content, lines: lines, boundary: "***"), boundary: "***")
    }

    @Test(
        "Mixed line ends: the file ends before the line end of its boundary, whichever that is",
        arguments: ["\r\n", "\n"],
        ["\r\n", "\n"]
    )
    func mixed(first: String, last: String) throws {
        let other = first == "\n" ? "\r\n" : "\n"
        let head = "--b\(first)Content-Disposition: form-data; name=\"file\"; filename=\"a\"\(other)\(other)"
        try expect(Array("abc".utf8), in: Array((head + "abc\(last)--b--\(last)").utf8), boundary: "b")
    }

    @Test(
        "CRLF: a last boundary after a bare LF is accepted at the end of the body",
        arguments: ["", "\n", "\r\n"]
    )
    func looseEnd(end: String) throws {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
        try expect(Array("abc\r\nd".utf8), in: Array((head + "abc\r\nd\n--b--" + end).utf8), boundary: "b")
    }

    @Test("Fields around the file are skipped", arguments: ["\r\n", "\n"])
    func fields(lines: String) throws {
        let field = ["--b", "Content-Disposition: form-data; name=\"note\"", "", "hello", ""].joined(separator: lines)
        let empty = ["--b", "Content-Disposition: form-data; name=\"none\"", "", ""].joined(separator: lines)
        let file = String(
            decoding: form([1, 2], lines: lines, boundary: "b").dropLast(lines.utf8.count),
            as: UTF8.self
        )
        let open = String(file.dropLast(2)) + lines
        let last = ["Content-Disposition: form-data; name=\"last\"", "", "bye", "--b--"].joined(separator: lines)
        try expect([1, 2], in: Array((field + empty + open + last).utf8), boundary: "b")
    }

    @Test("I8: endless blanks after a boundary are not buffered")
    func padding() throws {
        let blanks = String(repeating: " ", count: 300)
        let body = Array("--b\(blanks)\r\n".utf8) + form([1], lines: "\r\n", boundary: "b")
        try expect([1], in: body, boundary: "b")
    }

    private func form(_ content: [UInt8], lines: String, boundary: String) -> [UInt8] {
        let head = "--\(boundary)\(lines)Content-Disposition: form-data; name=\"file\"; filename=\"a\"\(lines)\(lines)"
        return Array(head.utf8) + content + Array("\(lines)--\(boundary)--\(lines)".utf8)
    }

    /// The file comes out as it went in: at once, byte by byte, and in two pieces split anywhere.
    private func expect(_ content: [UInt8], in body: [UInt8], boundary: String) throws {
        #expect(try file(in: [body[...]], boundary) == content)
        #expect(try file(in: body.indices.map { body[$0...$0] }, boundary) == content)
        for split in body.indices { #expect(try file(in: [body[..<split], body[split...]], boundary) == content) }
    }

    /// The bytes of the file; nil when the form does not begin and end.
    private func file(in chunks: [ArraySlice<UInt8>], _ boundary: String) throws -> [UInt8]? {
        var parser = MultipartParser(boundary: try MultipartBoundary(boundary))
        var actions: [MultipartParser.Action] = []
        for chunk in chunks { actions += try parser.feed(ByteBuffer(bytes: chunk)) }
        actions += try parser.finish()
        guard actions.first == .partHeaders(filename: "a", contentType: nil), actions.last == .done else { return nil }
        var content: [UInt8] = []
        for case .bytes(let bytes) in actions { content += bytes.readableBytesView }
        return content
    }
}
