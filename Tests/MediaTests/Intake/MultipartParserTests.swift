import NIOCore
import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.standard)) struct MultipartParserTests {
    private static let content = "line\r\n--Xy\r\r\n-\r\n--XyZ-not quite\r\n"
    private static let form =
        "preamble\r\n--XyZzy\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
        + "--XyZzy \t\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
        + "Content-Type: text/plain\r\n\r\n\(content)\r\n--XyZzy--\r\nepilogue"

    @Test("The file is complete wherever the body is split")
    func everySplit() throws {
        let bytes = Array(Self.form.utf8)
        for split in 0...bytes.count {
            try expectFile(in: [bytes[..<split], bytes[split...]])
        }
    }

    @Test("The file is complete when the body arrives byte by byte")
    func singleBytes() throws {
        try expectFile(in: Array(Self.form.utf8).map { [$0] })
    }

    @Test("A form may start with its boundary, and its file may be empty")
    func emptyFile() throws {
        let form = "--XyZzy\r\nContent-Disposition: form-data; name=file\r\n\r\n\r\n--XyZzy--"
        let actions = try actions(of: [Array(form.utf8)])
        #expect(actions == [.partHeaders(filename: nil, contentType: nil), .done])
    }

    @Test(
        "A malformed form is rejected",
        arguments: [
            ("--XyZzy--\r\n", MultipartParser.Failure.noFile),
            ("--XyZzy\r\nContent-Disposition: form-data; name=file\r\n\r\nabc", .truncated),
            ("", .noBoundary),
            ("--Other\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n--Other--\r\n", .noBoundary),
            ("--XyZzyqq\r\n", .noBoundary),
            ("--XyZzy\r\n\r\n\r\nabc\r\n--XyZzy--", .malformedHeaders),
            ("--XyZzy\r\nnonsense\r\n\r\nabc\r\n--XyZzy--", .malformedHeaders),
            ("--XyZzy\r\nContent-Disposition: attachment; name=file\r\n\r\nabc\r\n--XyZzy--", .malformedHeaders),
        ]
    )
    func refused(form: String, failure: MultipartParser.Failure) {
        #expect(throws: failure) { try actions(of: [Array(form.utf8)]) }
    }

    @Test("A last boundary with blanks before its dashes is not a boundary, wherever the body is split")
    func paddedDashes() throws {
        let form = Array("--XyZzy\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n--XyZzy --\r\n".utf8)
        for split in 0...form.count {
            #expect(throws: MultipartParser.Failure.truncated) {
                try actions(of: [form[..<split], form[split...]])
            }
        }
    }

    @Test(
        "An encoded part is rejected with the name of the field; one that declares no encoding is accepted",
        arguments: [
            ("Content-Transfer-Encoding: base64", "content-transfer-encoding", "base64"),
            ("Content-Encoding: gzip", "content-encoding", "gzip"),
            ("Content-Transfer-Encoding: Binary", nil, nil), ("content-transfer-encoding: 8bit", nil, nil),
            ("Content-Encoding: identity", nil, nil),
        ] as [(String, String?, String?)]
    )
    func encodedPart(line: String, field: String?, value: String?) throws {
        let head = "--XyZzy\r\nContent-Disposition: form-data; name=file\r\n\(line)\r\n\r\n"
        let form = Array((head + "YWJj\r\n--XyZzy--").utf8)
        if let field, let value {
            #expect(throws: MultipartParser.Failure.encoded(field: field, value: value)) { try actions(of: [form]) }
        } else {
            #expect(try actions(of: [form]).last == .done)
        }
    }

    @Test("A second file is rejected")
    func secondFile() {
        let part = "--XyZzy\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n"
        #expect(throws: MultipartParser.Failure.secondFile) { try actions(of: [Array((part + part).utf8)]) }
    }

    @Test("Headers, other parts, preamble and epilogue are limited (I8)")
    func bounds() {
        let filler = [UInt8](repeating: 0x61, count: 70_000)
        let part = Array("--XyZzy\r\nContent-Disposition: form-data; name=".utf8)
        let whole = Array(Self.form.utf8)
        #expect(throws: MultipartParser.Failure.headersTooLong) { try actions(of: [part + filler]) }
        #expect(throws: MultipartParser.Failure.tooMuchBesides) { try actions(of: [filler + whole]) }
        #expect(throws: MultipartParser.Failure.tooMuchBesides) { try actions(of: [whole + filler]) }
        #expect(throws: MultipartParser.Failure.tooMuchBesides) {
            try actions(of: [part + Array("x\r\n\r\n".utf8) + filler])
        }
    }

    private func expectFile(in chunks: [some Collection<UInt8>]) throws {
        var content = ByteBuffer()
        var rest: [MultipartParser.Action] = []
        for action in try actions(of: chunks) {
            if case .bytes(let bytes) = action { content.writeImmutableBuffer(bytes) } else { rest.append(action) }
        }
        #expect(String(buffer: content) == Self.content)
        #expect(rest == [.partHeaders(filename: "a.txt", contentType: "text/plain"), .done])
    }

    private func actions(of chunks: [some Collection<UInt8>]) throws -> [MultipartParser.Action] {
        var parser = MultipartParser(boundary: try MultipartBoundary("XyZzy"))
        var actions: [MultipartParser.Action] = []
        for chunk in chunks { actions += try parser.feed(ByteBuffer(bytes: chunk)) }
        return try actions + parser.finish()
    }
}
