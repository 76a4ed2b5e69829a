import Foundation
import SnugClient
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Request ids", .timeLimit(.standard))
struct RequestIDTests {
    @Test("Every response has an id of its own, whatever made it")
    func everyResponse() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answers = [
                try await ada.get("rooms"), try await ada.get("rooms/unknown"),
                try await server.site.send(.GET, "/api/v1/rooms"), try await server.site.send(.GET, "/nowhere"),
                try await server.site.send(.PUT, "/api/v1/rooms"), try await server.site.send(.HEAD, "/health/simple"),
                try await ada.postAttachment([1, 2, 3], named: "three"),
            ]
            let ids = answers.map { $0.headers["x-request-id"] }
            for id in ids { #expect(id.count == 1 && RequestIdentity.isWellFormed(id[0])) }
            #expect(Set(ids).count == answers.count)
            let stream = try await ada.stream()
            #expect(stream.head.headers["x-request-id"].count == 1)
            stream.close()
        }
    }

    @Test(
        "Responses that do not come from the router have an id too",
        arguments: [
            ("nonsense\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nhost: a\r\nlong: \(String(repeating: "x", count: 20_000))\r\n\r\n", "431"),
            ("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", "400"),
            (
                "GET /api/v1/realtime HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                    + "sec-websocket-version: 13\r\nsec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEC==\r\n\r\n", "101"
            ),
        ]
    )
    func raw(request: String, status: String) async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send(request)
            let head = try await connection.readHead().lowercased()
            #expect(head.hasPrefix("http/1.1 \(status)"))
            #expect(head.matches(of: /x-request-id: [0-9a-f]+\r\n/).count == 1, "\(head)")
            connection.close()
        }
    }

    @Test("A trusted proxy's id is taken over, and every log line of the request has it")
    func trusted() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await ada.get("rooms", headers: ["x-request-id": "from-the-proxy/1"]).expect(200)
            #expect(answer.headers["x-request-id"] == ["from-the-proxy/1"])
            try await server.waitForLog("from-the-proxy/1")
            // The spool is gone, so that the upload fails and logs why.
            try FileManager.default.removeItem(atPath: server.storage + "/media/incoming")
            let id: [UInt8] = Array("upload-2".utf8)
            let failed = try await ada.send(
                .POST,
                "attachments",
                headers: ["x-request-id": String(decoding: id, as: UTF8.self)],
                body: .text("content")
            )
            #expect(failed.isProblem(500, "internal"))
            // The last line of the request.
            try await server.waitForLog("/api/v1/attachments")
            let lines = server.log.filter { $0.contains("attachments") || $0.contains("could not be written") }
            #expect(!lines.isEmpty)
            for line in lines { #expect(line.contains("upload-2"), "\(line)") }
        }
    }

    @Test("I7: other clients do not choose their id")
    func untrusted() async throws {
        try await withServer({ $0.trustedProxies = [] }) { server in
            let answer = try await server.site.send(.GET, "/health/simple", headers: ["x-request-id": "chosen"])
            #expect(answer.headers["x-request-id"] != ["chosen"])
            #expect(!server.log.contains { $0.contains("chosen") })
        }
    }

    @Test("An id that is not well-formed is replaced, and so are several")
    func malformed() async throws {
        try await withServer { server in
            for id in ["", "two words", String(repeating: "x", count: 65), "umläut"] {
                let answer = try await server.site.send(.GET, "/health/simple", headers: ["x-request-id": id])
                let given = try #require(answer[header: "x-request-id"])
                #expect(given != id && RequestIdentity.isWellFormed(given))
            }
            let answer = try await server.site.send(
                .GET,
                "/health/simple",
                headers: ["x-request-id": "one", "x-request-id": "two"]
            )
            #expect(!["one", "two"].contains(answer[header: "x-request-id"]))
        }
    }

    @Test("1 to 64 visible ASCII characters are well-formed")
    func form() {
        for id in ["a", "!", "~", String(repeating: "x", count: 64)] { #expect(RequestIdentity.isWellFormed(id)) }
        for id in ["", " ", "a b", "a\t", "a\n", "\u{7f}", "é", String(repeating: "x", count: 65)] {
            #expect(!RequestIdentity.isWellFormed(id))
        }
    }

    @Test("nginx assigns the id, not the client behind it")
    func throughNginx() async throws {
        try await withServer { server in
            try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                let answer = try await front.send(.GET, "/api/v1/rooms", headers: ["x-request-id": "chosen"])
                let ids = answer.headers["x-request-id"]
                #expect(ids.count == 1 && ids != ["chosen"])
                try await server.waitForLog(ids[0])
            }
        }
    }

    @Test("I7: the address of a client is logged at debug only")
    func addresses() async throws {
        try await withServer({ $0.trustedProxies = [IPNetwork("192.0.2.1")].compactMap(\.self) }) { server in
            _ = try await server.site.send(.GET, "/api/v1/rooms", headers: ["x-forwarded-for": "192.0.2.7"])
            try await server.waitForLog("SNUG_TRUSTED_PROXIES")
            // The library names the server's own address at the start.
            let shown = server.log.filter {
                !$0.hasPrefix("debug") && !$0.hasPrefix("trace") && !$0.contains("Server started and listening")
            }
            for line in shown { #expect(!line.contains("127.0.0.1") && !line.contains("192.0.2.7"), "\(line)") }
            #expect(server.log.contains { $0.hasPrefix("debug") && $0.contains("127.0.0.1") })
        }
    }
}
