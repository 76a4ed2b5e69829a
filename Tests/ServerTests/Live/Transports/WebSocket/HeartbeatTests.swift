import NIOCore
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Heartbeat of connections", .timeLimit(.standard))
struct HeartbeatTests {
    private func hurry(_ limits: inout Snug.InternalLimits) {
        limits.tickInterval = .milliseconds(20)
        limits.transports.webSocket.heartbeat = .milliseconds(40)
        limits.transports.webSocket.silence = .milliseconds(200)
        limits.presence.grace = .milliseconds(50)
    }

    @Test("A client that answers pings stays connected")
    func answering() async throws {
        try await withServer(internalLimits: {
            hurry(&$0)
            // A busy machine may delay an answer by a second or two.
            $0.transports.webSocket.heartbeat = .milliseconds(100)
            $0.transports.webSocket.silence = .seconds(5)
        }) { server in
            let socket = try await server.register("ada").listen()
            // Longer than the silence that is allowed.
            for _ in 0..<55 { try await socket.waitForPing() }
            try await socket.say(["type": "ping"])
            _ = try await socket.next("pong")
        }
    }

    @Test("I8: a client that answers no ping is closed, and its person is offline")
    func silent() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            _ = try await ada.makeRoom(with: [bob])
            var automaticReplies = LiveClient.AutomaticReplies()
            automaticReplies.answersPings = false
            let socket = try await ada.listen(automaticReplies: automaticReplies)
            #expect(try await socket.closeCode() == 1001)
            let watching = try await bob.listen()
            while try await bob.get("users/\(ada.id)").json.status != "offline" {
                // Fetched once more when presence is announced.
                _ = try await watching.nextTransientEvent("presence")
            }
        }
    }

    @Test("I8: a reader that stops reading is closed with bounded memory, while the others receive everything")
    func slowReader() async throws {
        try await withServer {
            $0.limits.messageBytes = 32_768
        } internalLimits: {
            $0.transports.webSocket.backlog.bytes = 256 << 10
            $0.presence.grace = .zero
        } _: { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let (quick, slow) = (try await ada.listen(), try await bob.listen(receiveBuffer: 4096))
            try await slow.stopReading()
            let sent = try await ada.flood(room, readBy: quick, until: bob)
            #expect(sent > 8)
            try await slow.startReading()
            try await slow.waitForEnd()
            _ = try await ada.say("Still here", in: room)
            #expect(try await quick.next("message.created").message.body == "Still here")
        }
    }
}
