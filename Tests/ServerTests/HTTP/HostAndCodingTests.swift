import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@Suite("Host and Content-Encoding", .timeLimit(.standard))
struct HostAndCodingTests {
    private static let gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB, 0xAE, 5, 0, 0x43, 0xBF, 0xA6, 0xA3]

    @Test(
        "An encoded body, JSON or file, is rejected with the accepted encodings",
        arguments: ["users", "rooms", "attachments", "nothing"],
        ["gzip", "x-gzip", "br", "identity, deflate"]
    )
    func encoded(path: String, coding: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let headers: HTTPHeaders = ["content-encoding": coding, "content-type": "application/json"]
            for body in [Site.Body.bytes(Self.gzip), .chunked([Self.gzip])] {
                let answer = try await ada.send(.POST, path, headers: headers, body: body)
                #expect(answer.isProblem(415, "unsupported_media"))
                #expect(answer.json.field == "Content-Encoding")
                #expect(answer[header: "accept-encoding"] == "identity")
            }
        }
    }

    @Test("Content-Encoding: identity, and a request without a body, are accepted", arguments: ["identity", ""])
    func notEncoded(coding: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let headers: HTTPHeaders = ["content-encoding": coding]
            let answer = try await ada.send(.POST, "attachments", headers: headers, body: .text("content"))
            #expect(answer.status == 201)
            #expect(try await ada.send(.GET, "rooms", headers: ["content-encoding": "gzip"]).status == 200)
        }
    }

    @Test(
        "A body has no transfer coding but chunked",
        arguments: ["gzip, chunked", "chunked, chunked", "identity, chunked", "chunked\r\nTransfer-Encoding: chunked"]
    )
    func transferCoding(coding: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(
                "POST /api/v1/rooms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n"
                    + "Transfer-Encoding: \(coding)\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            )
            #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("An encoded upload is rejected before its body is sent")
    func expectation() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(
                "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n"
                    + "Content-Encoding: gzip\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 415 "))
            connection.close()
        }
    }

    private static let socket =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    @Test(
        "A missing, repeated or invalid Host is answered with a problem, for upgrades too",
        arguments: ["", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n", "Host: a, b\r\n", "Host: a/b\r\n"],
        ["", socket]
    )
    func badHost(host: String, rest: String) async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("GET /api/v1/realtime HTTP/1.1\r\n\(host)\(rest)\r\n")
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.lowercased().contains("content-type: application/problem+json"))
            #expect(answer.contains("\"code\":\"malformed\""))
        }
    }

    @Test(
        "A Host with a port, an IP address or no value is accepted",
        arguments: ["localhost:8080", "[::1]:8080", "a.example", ""]
    )
    func goodHost(host: String) async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("GET /health/simple HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 200 "))
            connection.close()
        }
    }

    @Test("HTTP/1.0 needs no Host")
    func oldVersion() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            let request = "GET /health/simple HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
            try await connection.send(request)
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 200 "))
            connection.close()
        }
    }

    @Test("The same rules hold for later requests of a connection")
    func laterRequest() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.read(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 "))
            try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")
            #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 400 "))
        }
    }
}
