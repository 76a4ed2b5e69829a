import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("The form of requests and errors", .timeLimit(.standard))
struct RequestFormTests {
    @Test(
        "A body that is not JSON is malformed",
        arguments: ["", "{", "nonsense", "{\"username\":}", "\u{0}", "\"a\" 1"]
    )
    func notJSON(body: String) async throws {
        try await withServer { server in
            let answer = try await server.site.send(.POST, "/api/v1/users", body: .text(body))
            #expect(answer.isProblem(400, "malformed"))
        }
    }

    @Test("A body that is not UTF-8 is malformed")
    func notUTF8() async throws {
        try await withServer { server in
            let bytes = Array("{\"username\":\"".utf8) + [0xFF, 0xFE] + Array("\",\"password\":\"12345678\"}".utf8)
            let answer = try await server.site.send(.POST, "/api/v1/users", body: .bytes(bytes))
            #expect(answer.isProblem(400, "malformed"))
        }
    }

    @Test("Half a surrogate pair in a body becomes U+FFFD")
    func loneSurrogate() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let headers: HTTPHeaders = ["authorization": "Bearer \(ada.token)"]
            let path = "/api/v1/rooms/\(room.id.text)/messages"
            let body = Site.Body.text(#"{"body":"cut \ud83d"}"#)
            let answer = try await server.site.send(.POST, path, headers: headers, body: body)
            #expect(answer.status == 201)
            #expect(answer.json.body == "cut \u{FFFD}")
        }
    }

    @Test("JSON that is not an object is malformed", arguments: ["[]", "5", "\"text\"", "null", "true"])
    func notAnObject(body: String) async throws {
        try await withServer { server in
            let answer = try await server.site.send(.POST, "/api/v1/users", body: .text(body))
            #expect(answer.isProblem(400, "malformed"))
        }
    }

    @Test("Deeply nested JSON is rejected")
    func deepNesting() async throws {
        try await withServer { server in
            let body = String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000)
            let answer = try await server.site.send(.POST, "/api/v1/users", body: .text(body))
            #expect(answer.isProblem(400, "malformed"))
        }
    }

    @Test("A missing member is named", arguments: ["username", "password"])
    func missingMember(name: String) async throws {
        try await withServer { server in
            let account: [String: JSON] = ["username": "ada", "password": "12345678"]
            let body = JSON.object(account.filter { $0.key != name })
            let answer = try await server.site.send(.POST, "/api/v1/users", body: .json(body))
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == .string(name))
        }
    }

    @Test("A member of the wrong type is named", arguments: [5, true, nil, [], [:], 1] as [JSON])
    func wrongType(value: JSON) async throws {
        try await withServer { server in
            let body: JSON = ["username": value, "password": "12345678"]
            let answer = try await server.site.send(.POST, "/api/v1/users", body: .json(body))
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "username")
        }
    }

    @Test("I8: a body above 64 KiB is rejected by its Content-Length and by counting", arguments: [true, false])
    func largeBody(isChunked: Bool) async throws {
        try await withServer { server in
            let bytes = Array("{\"username\":\"".utf8) + [UInt8](repeating: 0x61, count: 70_000)
            let body: Site.Body = isChunked ? .chunked(bytes.chunks(of: 8192)) : .bytes(bytes)
            let answer = try await server.site.send(.POST, "/api/v1/users", body: body)
            #expect(answer.isProblem(413, "too_large"))
            #expect(answer.json.limit == 65_536)
        }
    }

    @Test(
        "An unknown path is not found",
        arguments: ["/", "/api", "/api/v1/nothing", "/api/v2/users", "/%2e%2e/"]
    )
    func unknownPath(path: String) async throws {
        try await withServer { server in
            let answer = try await server.site.send(.GET, path)
            #expect(answer.isProblem(404, "not_found"))
        }
    }

    @Test(
        "A wrong method is answered with the allowed ones",
        arguments: [
            (HTTPMethod.PUT, "/api/v1/users", "GET, HEAD, POST"), (.DELETE, "/api/v1/rooms", "GET, HEAD, POST"),
            (.POST, "/api/v1/users/me", "GET, HEAD, PATCH"), (.POST, "/health/simple", "GET, HEAD"),
        ]
    )
    func wrongMethod(method: HTTPMethod, path: String, allowed: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await server.site.send(method, path, headers: ["authorization": "Bearer \(ada.token)"])
            #expect(answer.isProblem(405, "method_not_allowed"))
            #expect(answer[header: "allow"] == allowed)
        }
    }

    @Test("HEAD answers like GET, without the body")
    func head() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await ada.send(.HEAD, "users/me")
            #expect(answer.status == 200)
            #expect(answer.body == [])
            let length = try await ada.get("users/me").body.count
            #expect(answer[header: "content-length"] == "\(length)")
        }
    }

    @Test(
        "A malformed id, or one in another form, is not found",
        arguments: [
            "nonsense", "01890000-0000-7000-8000-00000000000", "01890000-0000-7000-8000-00000000000G",
            "01890000-0000-7000-8000-0000000000AB", "018900000000700080000000000000ab", "%00", "..%2f..",
        ]
    )
    func malformedID(id: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            for path in ["rooms/\(id)", "rooms/\(id)/messages", "users/\(id)", "attachments/\(id)/original"] {
                #expect(try await ada.get(path).isProblem(404, "not_found"))
            }
        }
    }

    @Test(
        "Bytes that are not HTTP are answered with 400, then the connection is closed",
        arguments: ["nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"]
    )
    func notHTTP(text: String) async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send(text)
            #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("I8: a connection that never finishes its first request is closed")
    func slowHead() async throws {
        try await withServer(internalLimits: { $0.connections.firstRequest = .milliseconds(50) }) { server in
            let connection = try await RawConnection(to: server.site)
            // On a slow machine the connection may be closed before this is sent.
            try? await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n")
            #expect(try await connection.readToEnd() == "")
        }
    }

    @Test("I8: a connection that is idle between two requests is closed")
    func idleConnection() async throws {
        try await withServer(internalLimits: { $0.connections.idle = .milliseconds(50) }) { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 200"))
        }
    }
}

extension [UInt8] {
    func chunks(of size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
