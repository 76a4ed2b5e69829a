import NIOCore
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("The first frame", .timeLimit(.standard))
struct HelloTests {
    @Test("A token in the first frame is welcomed")
    func frameToken() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let socket = try await LiveClient(to: server.site)
            try await socket.say(["type": "hello", "token": .string(ada.token)])
            let welcome = try await socket.next("welcome")
            #expect(welcome.user.id.text == ada.id)
            #expect(welcome.user.status == "online")
            #expect(welcome.resumed == false)
            #expect(welcome.heartbeat_seconds == 30)
            #expect(welcome.cursor.text.wholeMatch(of: /[0-9a-z]{8,}\.\d+/) != nil)
        }
    }

    @Test("A token in the header of the request is enough")
    func headerToken() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let socket = try await LiveClient(to: server.site, token: ada.token)
            try await socket.say(["type": "hello"])
            #expect(try await socket.next("welcome").user.id.text == ada.id)
        }
    }

    @Test("I2: two welcomes with nothing between them have the same cursor, an event moves it")
    func cursor() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let before = try await ada.welcome().cursor
            #expect(try await ada.welcome().cursor == before)
            _ = try await ada.say("Hello", in: room)
            #expect(try await ada.welcome().cursor != before)
        }
    }

    @Test("A client that sends no hello is closed with 4408")
    func noHello() async throws {
        try await withServer(internalLimits: { $0.transports.webSocket.hello = .milliseconds(500) }) { server in
            let ada = try await server.register("ada")
            let socket = try await LiveClient(to: server.site, token: ada.token)
            #expect(try await socket.closeCode() == 4408)
        }
    }

    @Test("I8: half a hello does not count")
    func halfHello() async throws {
        try await withServer(internalLimits: { $0.transports.webSocket.hello = .milliseconds(500) }) { server in
            let socket = try await LiveClient(to: server.site)
            // On a slow machine the deadline may have passed before.
            try? await socket.send(.text, Array("{\"type\":".utf8), isFinal: false)
            #expect(try await socket.closeCode() == 4408)
        }
    }

    @Test("I7: a wrong, missing or ended token is closed with 4401", arguments: ["wrong", "", nil])
    func wrongToken(token: String?) async throws {
        try await withServer { server in
            let socket = try await LiveClient(to: server.site)
            try await socket.say(token.map { ["type": "hello", "token": .string($0)] } ?? ["type": "hello"])
            #expect(try await socket.closeCode() == 4401)
        }
    }

    @Test("I7: the token of a session that has ended is closed with 4401")
    func endedToken() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            _ = try await ada.delete("sessions/current").expect(204)
            let socket = try await LiveClient(to: server.site, token: ada.token)
            try await socket.say(["type": "hello"])
            #expect(try await socket.closeCode() == 4401)
        }
    }

    @Test(
        "A first frame that is no hello is closed with 4400",
        arguments: [
            "", "garbage", "[]", "5", "null", "{}", "{\"type\":5}", "{\"type\":\"ping\"}",
            "{\"type\":\"hello\",\"token\":5}",
        ]
    )
    func garbage(text: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let socket = try await LiveClient(to: server.site, token: ada.token)
            try await socket.send(.text, Array(text.utf8))
            #expect(try await socket.closeCode() == 4400)
        }
    }

    @Test("I8: one connection too many of a person closes the one that was silent the longest, with 4409")
    func tooManyOfOnePerson() async throws {
        try await withServer({ $0.maxConnectionsPerUser = 2 }) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let (first, second, other) = (try await ada.listen(), try await ada.listen(), try await bob.listen())
            try await first.say(["type": "ping"])
            _ = try await first.next("pong")
            let third = try await ada.listen()
            #expect(try await second.closeCode() == 4409)
            for socket in [first, third, other] {
                try await socket.say(["type": "ping"])
                _ = try await socket.next("pong")
            }
        }
    }

    @Test("I8: a stream and a waiting poll are replaced by a new connection too")
    func otherTransports() async throws {
        try await withServer({ $0.maxConnectionsPerUser = 1 }) { server in
            let ada = try await server.register("ada")
            let stream = try await ada.stream()
            _ = try await stream.next("welcome")
            let socket = try await ada.listen()
            try await stream.waitForEnd()
            let begin = try await ada.poll().cursor.text
            async let waiting = ada.poll(after: begin, wait: 60)
            #expect(try await socket.closeCode() == 4409)
            _ = try await ada.listen()
            #expect(try await waiting.events == [])
        }
    }

    @Test("I8: one connection too many of all is closed with 4429")
    func tooManyInAll() async throws {
        try await withServer({ $0.maxConnections = 1 }) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            _ = try await ada.listen()
            #expect(try await bob.refusal() == 4429)
        }
    }
}

extension Person {
    fileprivate func welcome() async throws -> JSON {
        let socket = try await LiveClient(to: site, token: token)
        try await socket.say(["type": "hello"])
        let welcome = try await socket.next("welcome")
        try await socket.close()
        return welcome
    }

    /// The code with which a socket is closed at its hello.
    fileprivate func refusal() async throws -> UInt16? {
        let socket = try await LiveClient(to: site, token: token)
        try await socket.say(["type": "hello"])
        return try await socket.closeCode()
    }
}
