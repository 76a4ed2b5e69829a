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
        "I8: exactly the limit is taken, one byte more is not",
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

    @Test("I8: a form may be as much larger as its wrapping, its file may not")
    func form() async throws {
        try await withLimit(1000) { server, ada in
            let fits = Form(file: [UInt8](repeating: 0x61, count: 1000))
            #expect(try await ada.upload(fits).status == 201)
            let answer = try await ada.upload(Form(file: [UInt8](repeating: 0x61, count: 1001)))
            #expect(answer.isProblem(413, "too_large"))
        }
    }

    @Test("I8: too large a Content-Length is refused before a byte of the body is read")
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

    @Test("I7: an upload without a token is refused before a byte of the body is read")
    func tokenFirst() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 401 "))
            connection.close()
        }
    }

    @Test("A client that asks first is told to go on")
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

    @Test("A client that asks first is not told to go on with what is too large")
    func expectTooLarge() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(uploadHead(ada, "Content-Length: 999999999\r\nExpect: 100-continue"))
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 413 "))
            connection.close()
        }
    }

    @Test("The answer to an upload that is too large reaches a client that sends all of it first")
    func answerArrives() async throws {
        try await withLimit(1000) { _, ada in
            let bytes = [UInt8](repeating: 0x61, count: 4 << 20)
            for body in [Site.Body.bytes(bytes), .chunked(bytes.chunks(of: 1 << 16))] {
                let answer = try await ada.send(.POST, "attachments", body: body)
                #expect(answer.isProblem(413, "too_large"))
            }
        }
    }

    @Test("I5: a client that vanishes in the middle leaves neither row nor file", arguments: [true, false])
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

    @Test("I8: a client that falls silent in the middle is hung up on and leaves nothing")
    func silence() async throws {
        try await withServer(tuning: { $0.connections.idle = .milliseconds(100) }) { server in
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
