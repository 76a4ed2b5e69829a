import Fixtures
import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Limits of uploads", .timeLimit(.standard))
struct UploadLimitTests {
    private func withLimit(
        _ limit: Int,
        _ body: (RunningServer, Person) async throws -> Void
    ) async throws {
        try await withServer({ $0.maxUploadBytes = limit }) { server in
            try await body(server, try await server.register("ada"))
        }
    }

    @Test(
        "I8: a file of exactly the limit is accepted, one byte more is not",
        arguments: [true, false],
        [(1000, 201), (1001, 413)]
    )
    func limit(isChunked: Bool, size: (bytes: Int, status: Int)) async throws {
        try await withLimit(1000) { server, ada in
            let bytes = [UInt8](repeating: 0x61, count: size.bytes)
            let body: Site.Body = isChunked ? .chunked(bytes.chunks(of: 100)) : .bytes(bytes)
            let answer = try await ada.send(.POST, "attachments", body: body)
            #expect(answer.status == size.status)
            guard size.status == 413 else { return }
            #expect(answer.isProblem(413, "too_large"))
            #expect(answer.json.limit == 1000)
            #expect(try server.holdsNothing())
        }
    }

    @Test("I8: a form may exceed the limit by its envelope, its file may not")
    func form() async throws {
        try await withLimit(1000) { server, ada in
            let fits = Form(file: [UInt8](repeating: 0x61, count: 1000))
            #expect(try await ada.upload(fits).status == 201)
            let answer = try await ada.upload(Form(file: [UInt8](repeating: 0x61, count: 1001)))
            #expect(answer.isProblem(413, "too_large"))
        }
    }

    @Test("I8: a Content-Length beyond the limit is rejected before the body is read")
    func beforeTheBody() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(uploadHead(ada, "Content-Length: 5242881"))
            let head = try await connection.readHead()
            #expect(head.hasPrefix("HTTP/1.1 413 "))
            #expect(try await connection.read(until: "}").contains("\"code\":\"too_large\""))
            #expect(try server.holdsNothing())
            connection.close()
        }
    }

    @Test("I7: an upload without a token is rejected before the body is read")
    func tokenFirst() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 401 "))
            connection.close()
        }
    }

    @Test("Expect: 100-continue is answered with 100")
    func expectContinue() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(uploadHead(ada, "Content-Length: 5\r\nExpect: 100-continue"))
            #expect(try await connection.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
            try await connection.send("hello")
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 201 "))
            connection.close()
        }
    }

    @Test("Expect: 100-continue is not answered with 100 if the upload is too large")
    func expectTooLarge() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(uploadHead(ada, "Content-Length: 999999999\r\nExpect: 100-continue"))
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 413 "))
            connection.close()
        }
    }

    @Test("A client that sends an oversized upload to the end receives the answer")
    func answerArrives() async throws {
        try await withLimit(1000) { _, ada in
            let bytes = [UInt8](repeating: 0x61, count: 4 << 20)
            for body in [Site.Body.bytes(bytes), .chunked(bytes.chunks(of: 1 << 16))] {
                let answer = try await ada.send(.POST, "attachments", body: body)
                #expect(answer.isProblem(413, "too_large"))
            }
        }
    }

    @Test("I5: a client that disconnects midway leaves neither row nor file", arguments: [true, false])
    func vanishing(isForm: Bool) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            let type = isForm ? "\r\nContent-Type: multipart/form-data; boundary=xyz" : ""
            try await connection.send(uploadHead(ada, "Content-Length: 100000\(type)"))
            try await connection.send(Form(file: [UInt8](repeating: 0x61, count: 20_000)).bytes)
            try await server.waitForRows { $0 == 1 }
            try await connection.vanish()
            try await server.waitForRows { $0 == 0 }
            #expect(try server.storedFiles() == [])
        }
    }

    @Test("I8: a client that stalls midway is disconnected and leaves nothing")
    func silence() async throws {
        try await withServer(internalLimits: { $0.connections.idle = .milliseconds(100) }) { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(uploadHead(ada, "Content-Length: 100000"))
            try await connection.send("some bytes")
            _ = try await connection.readToEnd()
            try await server.waitForRows { $0 == 0 }
            #expect(try server.storedFiles() == [])
        }
    }

    private func uploadHead(_ person: Person, _ headers: String) -> String {
        "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(person.token)\r\n\(headers)\r\n\r\n"
    }
}
