import NIOHTTP1
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Server-sent events", .timeLimit(.standard))
struct StreamTests {
    @Test("A stream begins with its welcome, followed by events with an id, a type and the same JSON as elsewhere")
    func form() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let (stream, socket) = (try await ada.stream(), try await ada.listen())
            #expect(stream.head.status == .ok)
            #expect(stream.head.headers["content-type"] == ["text/event-stream"])
            #expect(stream.head.headers["cache-control"] == ["no-store"])
            #expect(stream.head.headers["x-accel-buffering"] == ["no"])
            let welcome = try await stream.next()
            #expect(welcome.type == "welcome")
            #expect(welcome.data.user.id.text == ada.id)
            #expect(welcome.id == welcome.data.cursor.text)
            _ = try await ada.say("Hello\nthere", in: room)
            let event = try await stream.next()
            #expect(event.type == "message.created")
            #expect(event.id == event.data.cursor.text)
            #expect(event.data == (try await socket.next("message.created")))
        }
    }

    @Test("I2: a stream resumes from the id of the last event, or a cursor in the query")
    func resume() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let first = try await ada.stream()
            _ = try await ada.say("heard", in: room)
            _ = try await first.next("welcome")
            _ = try await first.next("message.created")
            first.close()
            let missed = try await ada.say("missed", in: room)
            let cursor = try #require(first.lastEventID)
            let second = try await ada.stream(after: cursor)
            let third = try await StreamClient(
                to: server.site,
                path: "/api/v1/events?cursor=\(cursor)",
                headers: ["authorization": "Bearer \(ada.token)", "accept": "*/*"]
            )
            for stream in [second, third] {
                #expect(try await stream.next("welcome").resumed == true)
                #expect(try await stream.next("message.created").message == missed)
            }
        }
    }

    @Test("Comments keep an idle connection alive")
    func comments() async throws {
        try await withServer(internalLimits: { $0.transports.sse.comment = .milliseconds(20) }) { server in
            let stream = try await server.register("ada").stream()
            for _ in 0..<3 { _ = try await stream.next(where: \.isComment) }
        }
    }

    @Test("A stream needs the token of a session that has not ended")
    func unauthenticated() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            #expect(try await server.site.send(.GET, "/api/v1/events").isProblem(401, "unauthenticated"))
            let stream = try await ada.stream()
            _ = try await stream.next("welcome")
            _ = try await ada.delete("sessions/current").expect(204)
            try await stream.waitForEnd()
            #expect(try await ada.get("events").isProblem(401, "unauthenticated"))
        }
    }

    @Test("I8: streams and sockets are limited together, and closed ones no longer count")
    func limit() async throws {
        try await withServer {
            $0.maxConnections = 2
        } _: { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let stream = try await bob.stream()
            _ = try await bob.listen()
            let refused = try await ada.get("events")
            #expect(refused.isProblem(429, "rate_limited"))
            #expect(refused[header: "retry-after"] != nil)
            let cursor = try await ada.poll().cursor.text
            let poll = try await ada.get("events?cursor=\(cursor)&wait=5", headers: ["accept": "application/json"])
            #expect(poll.isProblem(429, "rate_limited"))
            stream.close()
            while try await ada.get("events?cursor=\(cursor)&wait=1", headers: ["accept": "application/json"]).status
                == 429
            {}
        }
    }

    @Test("SIGTERM ends streams gracefully")
    func stopping() async throws {
        let streams = try await withServer { server in
            let stream = try await server.register("ada").stream()
            _ = try await stream.next("welcome")
            return stream
        }
        try await streams.waitForEnd()
    }

    @Test("I8: a stream that is not read is cut off, and delays nobody")
    func slowReader() async throws {
        try await withServer {
            $0.limits.messageBytes = 32_768
        } internalLimits: {
            $0.transports.sse.connection.backlog.bytes = 256 << 10
            $0.presence.grace = .zero
        } _: { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let (quick, slow) = (try await ada.listen(), try await bob.stream())
            try await slow.stopReading()
            let sent = try await ada.flood(room, readBy: quick, until: bob)
            #expect(sent > 8)
            try await slow.startReading()
            try await slow.waitForEnd()
        }
    }

    @Test("A HEAD request leaves no connection behind")
    func head() async throws {
        try await withServer {
            $0.maxConnections = 1
        } _: { server in
            let ada = try await server.register("ada")
            for _ in 0..<3 { #expect(try await ada.send(.HEAD, "events").status == 204) }
            _ = try await ada.stream().next("welcome")
        }
    }
}
