import Chat
import NIOCore
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Clients that send or read too slowly", .timeLimit(.standard))
struct SlowRequestTests {
    private func hurry(_ limits: inout Snug.InternalLimits) {
        limits.connections.pace = RequestPace.Limits(
            head: .milliseconds(100),
            grace: .milliseconds(100),
            bytesPerSecond: 1 << 20,
            pause: .milliseconds(200)
        )
    }

    private func uploadHead(_ person: Person, length: Int) -> String {
        "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(person.token)\r\n"
            + "Content-Length: \(length)\r\n\r\n"
    }

    /// Sends byte after byte until the server closes the connection.
    private func drip(_ connection: RawConnection) async {
        do { while true { try await connection.send("x") } } catch {}
    }

    @Test("I8: a connection whose second request has a trickling head is closed")
    func slowHead() async throws {
        try await withServer(internalLimits: hurry) { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await connection.read(until: "\r\n\r\nok")
            try await connection.send("GET /health/simple HTTP/1.1\r\nX-Slow: ")
            await drip(connection)
            #expect(try await connection.readToEnd() == "")
        }
    }

    @Test("I8: a stalled body is answered, then the connection is closed", arguments: [0, 1])
    func stalledBody(requestsBefore: Int) async throws {
        try await withServer(internalLimits: hurry) { server in
            let connection = try await RawConnection(to: server.site)
            for _ in 0..<requestsBefore {
                try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await connection.read(until: "\r\n\r\nok")
            }
            try await connection.send("POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.lowercased().contains("connection: close"))
            #expect(answer.contains("\"code\":\"too_slow\""))
        }
    }

    @Test(
        "A request that takes the server long is not cut off, be it the first or a later one",
        arguments: [0, 1]
    )
    func longRequest(requestsBefore: Int) async throws {
        try await withServer(internalLimits: {
            hurry(&$0)
            // Takes longer than a head may.
            $0.passwordCost = .standard
        }) { server in
            let connection = try await RawConnection(to: server.site)
            for _ in 0..<requestsBefore {
                try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await connection.read(until: "\r\n\r\nok")
            }
            let account = "{\"username\":\"ada\",\"password\":\"correct horse\"}"
            try await connection.send(
                "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: \(account.utf8.count)\r\n\r\n\(account)"
            )
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 201 "))
            connection.close()
        }
    }

    @Test("I5: a trickling upload is cut off and leaves nothing")
    func drippedUpload() async throws {
        try await withServer(internalLimits: hurry) { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(uploadHead(ada, length: 5_000_000))
            await drip(connection)
            _ = try await connection.readToEnd()
            try await server.waitForRows { $0 == 0 }
            #expect(try server.storedFiles() == [])
        }
    }

    @Test("I8: the body of a rejected request is not waited for either")
    func unwantedBody() async throws {
        try await withServer(internalLimits: hurry) { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 404 "))
            #expect(!answer.contains("408"))
        }
    }

    @Test("An upload longer than the grace period is accepted at a sufficient rate")
    func steadyUpload() async throws {
        let grace = TimeAmount.milliseconds(300)
        try await withServer(internalLimits: {
            $0.connections.pace = .init(grace: grace, bytesPerSecond: 1000, pause: .seconds(20))
        }) { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            let head = "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n"
            let piece = "2710\r\n" + String(repeating: "x", count: 10_000) + "\r\n"
            try await connection.send(head + "Transfer-Encoding: chunked\r\n\r\n" + piece)
            let end = NIODeadline.now() + .milliseconds(900)
            while NIODeadline.now() < end {
                try await connection.send(piece)
                _ = try await ada.get("users/me")
            }
            try await connection.send("0\r\n\r\n")
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 201 "))
            connection.close()
        }
    }

    @Test("I8: the connection of a stalled download is closed")
    func stalledDownload() async throws {
        let size = 16 << 20
        try await withServer {
            $0.maxUploadBytes = size
        } internalLimits: {
            $0.connections.unread = .milliseconds(200)
        } _: { server in
            let ada = try await server.register("ada")
            let file = try await ada.upload([UInt8](repeating: 0x61, count: size), named: "long.txt")
            let connection = try await RawConnection(to: server.site, receiveBuffer: 4096)
            try await connection.stopReading()
            try await connection.send(
                "GET \(file.original_url.text) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n\r\n"
            )
            try await server.waitForLog("Failed to read/write to Channel")
            try await connection.startReading()
            #expect(try await connection.readBytesToEnd().count < size)
        }
    }
}
