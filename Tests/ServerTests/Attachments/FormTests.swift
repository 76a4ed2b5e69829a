import Fixtures
import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@Suite("Uploads as forms", .timeLimit(.standard))
struct FormTests {
    @Test("A form with one part named file is accepted, with the filename of that part")
    func form() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes("textured.jpg")
            let answer = try await ada.upload(Form(file: bytes, disposition: "name=\"file\"; filename=\"ä b.jpg\""))
            #expect(answer.status == 201)
            #expect(answer.json.kind == "image")
            #expect(answer.json.filename == "ä b.jpg")
            #expect(try await ada.get("attachments/\(answer.json.id.text)/original").body == bytes)
        }
    }

    @Test("Other parts around the file are skipped")
    func otherParts() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let other = "--xyz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
            var form = Form(file: Array("content".utf8))
            form.bytes = Array(other.utf8) + form.bytes
            let answer = try await ada.upload(form)
            #expect(answer.status == 201)
            #expect(answer.json.byte_size == 7)
        }
    }

    @Test("A file that contains the boundary is stored completely")
    func boundaryInside() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = Array("a\r\n--xy\r\n--\r\n-xyz\r\n\r\n--xy".utf8)
            let answer = try await ada.upload(Form(file: bytes)).expect(201)
            #expect(try await ada.get("attachments/\(answer.json.id.text)/original").body == bytes)
        }
    }

    @Test("A form may arrive in pieces of any size")
    func pieces() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let form = Form(file: Array("\r\ncontent\r\n".utf8))
            let answer = try await ada.send(
                .POST,
                "attachments",
                headers: form.headers,
                body: .chunked(form.bytes.chunks(of: 1))
            )
            #expect(answer.status == 201)
            #expect(answer.json.byte_size == 11)
        }
    }

    @Test(
        "A malformed form, or one without a file, is rejected and leaves nothing",
        arguments: [
            ("name=\"other\"", "multipart/form-data; boundary=xyz", 422, "invalid"),
            ("name=\"file\"", "multipart/form-data", 400, "malformed"),
            ("name=\"file\"", "multipart/mixed; boundary=xyz", 400, "malformed"),
            ("name=\"file\"", "multipart/form-data; boundary=other", 400, "malformed"),
            ("name=\"file\"", "multipart/form-data; boundary=x\u{E9}", 400, "malformed"),
            ("name=\"file\"\r\nContent-Encoding: gzip", "multipart/form-data; boundary=xyz", 415, "unsupported_media"),
        ]
    )
    func badForm(disposition: String, type: String, status: Int, code: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let form = Form(file: Array("content".utf8), disposition: disposition, type: type)
            let answer = try await ada.upload(form)
            #expect(answer.isProblem(status, code))
            #expect(try server.holdsNothing())
        }
    }

    @Test(
        "Unusual boundaries and lines that end with LF are accepted",
        arguments: ["*****", "&", "{}", String(repeating: "-a", count: 45)],
        ["\r\n", "\n"]
    )
    func unusual(boundary: String, lines: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = Array("binary\r\n--\(boundary)\0\r".utf8)
            var form = Form(file: bytes, type: "multipart/form-data;boundary=\(boundary)")
            let head =
                "--\(boundary)\(lines)Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\(lines)\(lines)"
            form.bytes = Array(head.utf8) + bytes + Array("\(lines)--\(boundary)--\(lines)".utf8)
            let answer = try await ada.upload(form).expect(201)
            #expect(answer.json.filename == "a.bin")
            #expect(try await ada.get("attachments/\(answer.json.id.text)/original").body == bytes)
        }
    }

    @Test("An invalid boundary is rejected with its invalid character or the exceeded limit")
    func badBoundary() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let long = String(repeating: "a", count: 201)
            for (boundary, reason) in [("x\u{E9}", "U+00E9"), (long, "200 are allowed")] {
                let type = "multipart/form-data; boundary=\(boundary)"
                let answer = try await ada.upload(Form(file: Array("content".utf8), type: type))
                #expect(answer.isProblem(400, "malformed"))
                #expect(answer.json.detail.text.contains(reason))
            }
        }
    }

    @Test("A truncated form is rejected and leaves nothing")
    func cutOff() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            var form = Form(file: Array("content".utf8))
            form.bytes.removeLast(9)
            #expect(try await ada.upload(form).isProblem(400, "malformed"))
            #expect(try server.holdsNothing())
        }
    }

    @Test("An empty file in a form is rejected")
    func emptyFile() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            #expect(try await ada.upload(Form(file: [])).isProblem(422, "invalid"))
            #expect(try server.holdsNothing())
        }
    }

    @Test("I8: an endless head of a part is rejected")
    func endlessHead() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let name = String(repeating: "n", count: 40_000)
            let answer = try await ada.upload(Form(file: [1], disposition: "name=\"file\"; filename=\"\(name)\""))
            #expect(answer.isProblem(400, "malformed"))
            #expect(try server.holdsNothing())
        }
    }
}

/// A multipart form with one part.
struct Form: Sendable {
    var bytes: [UInt8]
    let headers: HTTPHeaders

    init(
        file: [UInt8],
        disposition: String = "name=\"file\"; filename=\"file.bin\"",
        type: String = "multipart/form-data; boundary=xyz"
    ) {
        bytes = Array("--xyz\r\nContent-Disposition: form-data; \(disposition)\r\n\r\n".utf8) + file
        bytes += Array("\r\n--xyz--\r\n".utf8)
        headers = ["content-type": type]
    }

    /// - Parameter filename: The bytes between the quotes.
    init(file: [UInt8], filename: [UInt8]) {
        self.init(file: file)
        bytes = Array("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"".utf8) + filename
        bytes += Array("\"\r\n\r\n".utf8) + file + Array("\r\n--xyz--\r\n".utf8)
    }
}

extension Person {
    func upload(_ form: Form) async throws -> Answer {
        try await send(.POST, "attachments", headers: form.headers, body: .bytes(form.bytes))
    }
}
