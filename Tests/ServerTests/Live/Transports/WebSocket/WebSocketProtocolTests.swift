import NIOWebSocket
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("The WebSocket protocol", .timeLimit(.standard))
struct WebSocketProtocolTests {
    private func withSocket(_ body: (LiveClient) async throws -> Void) async throws {
        try await withServer { server in
            try await body(try await server.register("ada").listen())
        }
    }

    @Test("A text in fragments is one text")
    func fragments() async throws {
        try await withSocket { socket in
            try await socket.send(.text, Array("{\"type\":".utf8), isFinal: false)
            try await socket.send(.continuation, [], isFinal: false)
            try await socket.send(.continuation, Array("\"ping\"}".utf8))
            _ = try await socket.next("pong")
        }
    }

    @Test("A character may be cut by a fragment's end")
    func cutCharacter() async throws {
        try await withSocket { socket in
            let text = Array("{\"type\":\"ping\",\"ref\":\"ä\"}".utf8)
            let cut = try #require(text.firstIndex(of: 0xC3)) + 1
            try await socket.send(.text, Array(text[..<cut]), isFinal: false)
            try await socket.send(.continuation, Array(text[cut...]))
            _ = try await socket.next("pong")
        }
    }

    @Test("A ping inside a fragmented text is answered, and the text stays whole")
    func pingInside() async throws {
        try await withSocket { socket in
            try await socket.send(.text, Array("{\"type\":".utf8), isFinal: false)
            try await socket.send(.ping, [1, 2, 3])
            try await socket.waitForPong([1, 2, 3])
            try await socket.send(.continuation, Array("\"ping\"}".utf8))
            _ = try await socket.next("pong")
        }
    }

    @Test("A ping is answered with its own bytes", arguments: [0, 1, 125])
    func ping(length: Int) async throws {
        try await withSocket { socket in
            let payload = [UInt8](repeating: 7, count: length)
            try await socket.send(.ping, payload)
            try await socket.waitForPong(payload)
        }
    }

    @Test("An unsolicited pong is ignored")
    func strayPong() async throws {
        try await withSocket { socket in
            try await socket.send(.pong, [1])
            try await socket.say(["type": "ping"])
            _ = try await socket.next("pong")
        }
    }

    /// Frames that violate the protocol or a limit, and the code with which the server closes.
    struct Violation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: UInt16
        let send: @Sendable (LiveClient) async throws -> Void

        init(_ description: String, _ code: UInt16, _ send: @escaping @Sendable (LiveClient) async throws -> Void) {
            testDescription = description
            self.code = code
            self.send = send
        }
    }

    static let violations = [
        Violation("binary data", 1003) { try await $0.send(.binary, [1, 2, 3]) },
        Violation("an unmasked frame", 1002) { try await $0.send(.text, Array("{}".utf8), isMasked: false) },
        Violation("text that is not UTF-8", 1007) { try await $0.send(.text, [0x22, 0xFF, 0xFE, 0x22]) },
        Violation("text that ends inside a character", 1007) { try await $0.send(.text, [0x22, 0xC3]) },
        Violation("a surrogate in UTF-8", 1007) { try await $0.send(.text, [0x22, 0xED, 0xA0, 0x80, 0x22]) },
        Violation("a frame above 64 KiB", 1009) { try await $0.send(.text, [UInt8](repeating: 0x20, count: 65_537)) },
        Violation("fragments above 64 KiB together", 1009) { socket in
            let half = [UInt8](repeating: 0x20, count: 40_000)
            try await socket.send(.text, half, isFinal: false)
            try await socket.send(.continuation, half, isFinal: false)
        },
        Violation("a continuation of nothing", 1002) { try await $0.send(.continuation, [0x20]) },
        Violation("a text inside another", 1002) { socket in
            try await socket.send(.text, [0x22], isFinal: false)
            try await socket.send(.text, [0x22])
        },
        Violation("a ping in fragments", 1002) { try await $0.send(.ping, [1], isFinal: false) },
        Violation("a ping above 125 bytes", 1002) { try await $0.send(.ping, [UInt8](repeating: 1, count: 126)) },
        Violation("an opcode that there is not", 1002) {
            try await $0.send(WebSocketOpcode(encodedWebSocketOpcode: 3)!)
        },
    ]

    @Test("I8: a violation of the protocol is closed with its code", arguments: violations)
    func violation(item: Violation) async throws {
        try await withSocket { socket in
            try await item.send(socket)
            #expect(try await socket.closeCode() == item.code)
            try await socket.waitForEnd()
        }
    }

    @Test("A frame may have 64 KiB")
    func largestFrame() async throws {
        try await withSocket { socket in
            let text = Array("{\"type\":\"ping\"}".utf8)
            try await socket.send(.text, text + [UInt8](repeating: 0x20, count: 65_536 - text.count))
            _ = try await socket.next("pong")
        }
    }

    @Test(
        "A close is answered with its code, or with the code for a malformed close",
        arguments: [
            ([0x03, 0xE8], 1000), ([0x0F, 0xA1], 4001), ([], 1000), ([0x03, 0xED], 1002), ([0xFF, 0xFF], 1002),
            ([0x03], 1002), ([0x03, 0xE8, 0x62, 0x79, 0x65], 1000), ([0x03, 0xE8, 0xC3], 1007),
        ] as [([UInt8], UInt16)]
    )
    func closeEcho(payload: [UInt8], code: UInt16) async throws {
        try await withSocket { socket in
            try await socket.send(.connectionClose, payload)
            #expect(try await socket.closeCode() == code)
            try await socket.waitForEnd()
        }
    }

    @Test("The connection of a client that does not answer the server's close is closed")
    func silentClose() async throws {
        try await withServer(internalLimits: { $0.transports.webSocket.closeTimeout = .milliseconds(50) }) { server in
            var automaticReplies = LiveClient.AutomaticReplies()
            automaticReplies.answersClose = false
            let socket = try await server.register("ada").listen(automaticReplies: automaticReplies)
            try await socket.send(.binary, [1])
            #expect(try await socket.closeCode() == 1003)
            try await socket.waitForEnd()
        }
    }

    @Test("No frame is carried out after the close")
    func afterClose() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            var automaticReplies = LiveClient.AutomaticReplies()
            automaticReplies.answersClose = false
            let socket = try await ada.listen(automaticReplies: automaticReplies)
            try await socket.send(.binary, [1])
            try await socket.say(["type": "send", "room_id": room.id, "body": "Too late"])
            #expect(try await socket.closeCode() == 1003)
            try await socket.send(.connectionClose)
            try await socket.waitForEnd()
            #expect(try await ada.get("rooms/\(room.id.text)/messages").json.messages == [])
        }
    }
}
