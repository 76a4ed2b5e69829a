import Fixtures
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Heads of requests", .timeLimit(.standard))
struct RequestHeadTests {
    /// A head beyond a limit, complete or not.
    static let tooLarge = [
        "GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 8193))\r\n\r\n",
        "GET /\(String(repeating: "a", count: 8192)) HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\n\(String(repeating: "a", count: 8193))",
        "GET / HTTP/1.1\r\n\((0...64).map { "A\($0): a\r\n" }.joined())\r\n",
        "GET / HTTP/1.1\r\n\((0..<5).map { "A\($0): \(String(repeating: "a", count: 4000))\r\n" }.joined())",
    ]

    @Test("I8: more than 8 KiB a field, 64 fields or 16 KiB in total is answered with 431", arguments: tooLarge)
    func refused(head: String) async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            try await connection.send(head)
            try expectRefusal(try await connection.readToEnd())
        }
    }

    @Test("I8: the same limits hold for upgrade requests")
    func upgrade() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            let handshake =
                "GET /api/v1/realtime HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            try await connection.send(handshake + "A: \(String(repeating: "a", count: 8193))\r\n\r\n")
            try expectRefusal(try await connection.readToEnd())
        }
    }

    @Test("The same limits hold for later requests of a connection", arguments: tooLarge)
    func later(head: String) async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            // The second request comes while the first one is being answered, so its rejection waits.
            try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n\r\n" + head)
            #expect(try await connection.read(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 "))
            try expectRefusal(try await connection.readToEnd())
        }
    }

    private func expectRefusal(_ answer: String) throws {
        #expect(answer.hasPrefix("HTTP/1.1 431 "))
        #expect(answer.lowercased().contains("content-type: application/problem+json"))
        let body = try #require(answer.firstRange(of: "\r\n\r\n"))
        let problem = try JSON(parsing: answer[body.upperBound...].utf8)
        #expect(problem.code == "too_large")
        #expect(problem.limit == 16_384)
    }

    @Test("A head just below every limit is accepted")
    func largest() async throws {
        try await withServer { server in
            let connection = try await RawConnection(to: server.site)
            let small = (0..<61).map { "A\($0): a\r\n" }.joined()
            let large = "B: \(String(repeating: "b", count: 8000))\r\nC: \(String(repeating: "c", count: 7000))\r\n"
            try await connection.send("GET /health/simple HTTP/1.1\r\nHost: x\r\n\(small)\(large)\r\n")
            #expect(try await connection.read(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 "))
            connection.close()
        }
    }

    @Test("I8: 1,000 connections with heads that never end take little memory, and others are served")
    func hostile() async throws {
        try await withMemoryFolder { storage in
            _ = try await withServerProcess(storage: storage) { server in
                _ = try await server.site.send(.GET, "/health/simple").expect(200)
                let before = try server.ownByteCount
                var connections: [RawConnection] = []
                // As much as the limits allow.
                let line = String(repeating: "a", count: 8000)
                for _ in 0..<1000 {
                    let connection = try await RawConnection(to: server.site)
                    try await connection.send("GET / HTTP/1.1\r\nA: \(line)\r\nB: \(line)")
                    connections.append(connection)
                }
                // Earlier ones on the event loop have been read.
                _ = try await server.site.send(.GET, "/health/simple").expect(200)
                let grown = try server.ownByteCount - before
                #expect(grown < 64 << 20, "\(grown) bytes")
                for connection in connections { connection.close() }
            }
        }
    }
}
