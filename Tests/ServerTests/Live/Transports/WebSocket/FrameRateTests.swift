import Chat
import NIOWebSocket
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Floods of frames", .timeLimit(.standard))
struct FrameRateTests {
    private func slow(_ limits: inout Snug.InternalLimits) {
        limits.transports.webSocket.frames = RateRule(count: 1, seconds: 3600, burst: 5)
    }

    /// Frames of a flood.
    static let floods: [(name: String, opcode: WebSocketOpcode, payload: String, isFinal: Bool)] = [
        ("texts", .text, "{\"type\":\"ping\"}", true), ("pings", .ping, "", true), ("pongs", .pong, "", true),
        ("parts", .continuation, "", false),
    ]

    @Test("I8: too many frames of any kind are closed with 4429", arguments: floods)
    func flood(_ flood: (name: String, opcode: WebSocketOpcode, payload: String, isFinal: Bool)) async throws {
        try await withServer(internalLimits: slow) { server in
            // The hello is the first of five frames.
            let socket = try await server.register("ada").listen()
            if flood.opcode == .continuation {
                try await socket.send(.text, [0x22], isFinal: false)
            } else {
                try await socket.send(flood.opcode, Array(flood.payload.utf8))
            }
            for _ in 0..<4 {
                try await socket.send(flood.opcode, Array(flood.payload.utf8), isFinal: flood.isFinal)
            }
            #expect(try await socket.closeCode() == 4429)
            try await socket.waitForEnd()
        }
    }

    @Test("I8: the standard limit closes a flood too")
    func standard() async throws {
        try await withServer(internalLimits: { $0.transports.webSocket.frames = WebSocketConfiguration().frames }) {
            server in
            let socket = try await server.register("ada").listen()
            // Writing fails once the connection has ended.
            for _ in 0..<20_000 { try? await socket.send(.pong) }
            #expect(try await socket.closeCode() == 4429)
        }
    }

    @Test("Frames within the limit are answered")
    func allowed() async throws {
        try await withServer(internalLimits: slow) { server in
            let socket = try await server.register("ada").listen()
            for _ in 0..<4 {
                try await socket.say(["type": "ping"])
                _ = try await socket.next("pong")
            }
        }
    }

    @Test("I8: a flood before the hello is closed too")
    func stranger() async throws {
        try await withServer(internalLimits: slow) { server in
            let socket = try await LiveClient(to: server.site)
            for _ in 0..<6 { try await socket.send(.ping) }
            #expect(try await socket.closeCode() == 4429)
        }
    }
}
