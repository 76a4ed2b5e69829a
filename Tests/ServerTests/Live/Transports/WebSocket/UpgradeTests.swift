import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@Suite("WebSocket upgrades", .timeLimit(.standard))
struct UpgradeTests {
    /// The headers of a valid handshake.
    private static let right: HTTPHeaders = [
        "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    @Test("The handshake is answered as RFC 6455 requires")
    func handshake() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send(Self.text(.GET, "/api/v1/realtime", Self.right))
            let head = try await connection.readHead().lowercased()
            #expect(head.hasPrefix("http/1.1 101 "))
            // The example of RFC 6455 section 1.3.
            #expect(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
            #expect(head.contains("upgrade: websocket"))
            connection.close()
        }
    }

    @Test("The path may have a query, and the protocol's name any case")
    func query() async throws {
        try await withServer { server in
            var headers = Self.right
            headers.replaceOrAdd(name: "upgrade", value: "WebSocket")
            let connection = try await RawConnection(to: server.site)
            try await connection.send(Self.text(.GET, "/api/v1/realtime?client=web", headers))
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 101 "))
            connection.close()
        }
    }

    @Test(
        "An empty body, a slash behind the path and an offered subprotocol make no difference",
        arguments: [
            ("/api/v1/realtime", "content-length", "0"), ("/api/v1/realtime/", "sec-websocket-protocol", "chat, snug"),
        ]
    )
    func tolerated(path: String, name: String, value: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            var headers = Self.right
            headers.add(name: name, value: value)
            let connection = try await RawConnection(to: server.site)
            try await connection.send(Self.text(.GET, path, headers))
            let head = try await connection.readHead()
            #expect(head.hasPrefix("HTTP/1.1 101 "))
            // No subprotocol is chosen (RFC 6455 section 4.2.2).
            #expect(!head.lowercased().contains("sec-websocket-protocol"))
            let hello = "{\"type\":\"hello\",\"token\":\"\(ada.token)\"}"
            try await connection.send(RawSocket.frame(0x81, Array(hello.utf8)))
            _ = try await connection.read(until: "\"type\":\"welcome\"")
            connection.close()
        }
    }

    @Test("A request that is not a handshake is answered with the supported version")
    func version() async throws {
        try await withServer { server in
            let answer = try await server.site.send(.GET, "/api/v1/realtime")
            #expect(answer.isProblem(426, "malformed"))
            #expect(answer[header: "upgrade"] == "websocket")
            #expect(answer[header: "sec-websocket-version"] == "13")
        }
    }

    /// A request that must not become a socket, and the status that answers it.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        var method = HTTPMethod.GET
        var path = "/api/v1/realtime"
        var removing: String?
        var adding: (String, String)?
        var replacing: (String, String)?
    }

    static let wrong = [
        Wrong(testDescription: "no wish to upgrade", status: 426, removing: "upgrade"),
        Wrong(testDescription: "no connection to upgrade", status: 426, removing: "connection"),
        Wrong(testDescription: "a key of three bytes", status: 426, replacing: ("sec-websocket-key", "YWJj")),
        Wrong(testDescription: "no key", status: 426, removing: "sec-websocket-key"),
        Wrong(testDescription: "no version", status: 426, removing: "sec-websocket-version"),
        Wrong(testDescription: "another version", status: 426, adding: ("sec-websocket-version", "8")),
        Wrong(testDescription: "two keys", status: 426, adding: ("sec-websocket-key", "eHl6eHl6eHl6eHl6eHl6eA==")),
        Wrong(testDescription: "a POST", status: 405, method: .POST),
        Wrong(testDescription: "a body", status: 426, adding: ("content-length", "1")),
        Wrong(testDescription: "a body in chunks", status: 426, adding: ("transfer-encoding", "chunked")),
        Wrong(testDescription: "HTTP/2", status: 200, path: "/health/simple", replacing: ("upgrade", "h2c")),
        Wrong(testDescription: "another path", status: 200, path: "/health/simple"),
        Wrong(testDescription: "an unknown path", status: 404, path: "/nothing"),
    ]

    @Test("A request that is not a valid handshake gets an ordinary response", arguments: wrong)
    func ordinary(item: Wrong) async throws {
        try await withServer { server in
            var headers = Self.right
            if let name = item.removing { headers.remove(name: name) }
            if let (name, value) = item.adding { headers.add(name: name, value: value) }
            if let (name, value) = item.replacing { headers.replaceOrAdd(name: name, value: value) }
            let connection = try await RawConnection(to: server.site)
            try await connection.send(Self.text(item.method, item.path, headers))
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 \(item.status) "))
            connection.close()
        }
    }

    @Test(
        "An upgrade to h2c is ignored and ends the connection, on a first or later request",
        arguments: [0, 1]
    )
    func h2c(requestsBefore: Int) async throws {
        try await withServer { server in
            let headers: HTTPHeaders = [
                "connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2-settings": "AAMAAABkAAQAAP__",
            ]
            let connection = try await RawConnection(to: server.site)
            for _ in 0..<requestsBefore {
                try await connection.send(Self.text(.GET, "/health/simple", [:]))
                #expect(try await connection.read(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 "))
            }
            try await connection.send(Self.text(.GET, "/health/simple", headers))
            let answer = try await connection.readToEnd().lowercased()
            #expect(answer.hasPrefix("http/1.1 200 "))
            #expect(answer.contains("connection: close"))
            #expect(answer.hasSuffix("ok"))
        }
    }

    @Test("A handshake on a used connection is redirected to a new one")
    func secondRequest() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send(Self.text(.GET, "/health/simple", [:]))
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 200 "))
            try await connection.send(Self.text(.GET, "/api/v1/realtime", Self.right))
            let answer = try await connection.readToEnd()
            #expect(answer.contains("HTTP/1.1 307 "))
            #expect(answer.lowercased().contains("location: /api/v1/realtime"))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test("Frames that come together with the handshake are not lost")
    func eagerClient() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            // A masked close frame with code 1000, the mask being zero.
            let close: [UInt8] = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]
            try await connection.send(Array(Self.text(.GET, "/api/v1/realtime", Self.right).utf8) + close)
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 101 "))
            #expect(try await connection.readBytesToEnd() == [0x88, 0x02, 0x03, 0xE8])
        }
    }

    @Test("A WebSocket opens through nginx, and receives events")
    func throughNginx() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                let socket = try await ada.at(front).listen()
                let message = try await ada.at(front).say("Hello", in: room)
                #expect(try await socket.next("message.created").message == message)
                try await socket.close()
            }
        }
    }

    private static func text(_ method: HTTPMethod, _ path: String, _ headers: HTTPHeaders) -> String {
        let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        return "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(lines)\r\n"
    }
}
