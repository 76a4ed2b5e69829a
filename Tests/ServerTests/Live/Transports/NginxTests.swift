import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Live events through nginx", .timeLimit(.standard))
struct NginxTests {
    private func withFront(_ body: (Site, Person, JSON) async throws -> Void) async throws {
        try await withServer(internalLimits: { $0.transports.sse.comment = .milliseconds(200) }) { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                try await body(front, ada.at(front), room)
            }
        }
    }

    @Test("I2: a stream's events arrive one by one while it stays open, with comments, and it resumes by their id")
    func stream() async throws {
        try await withFront { front, ada, room in
            let stream = try await ada.stream()
            #expect(stream.head.headers["content-type"] == ["text/event-stream"])
            #expect(stream.head.headers["content-encoding"].isEmpty)
            _ = try await stream.next("welcome")
            for number in 0..<3 {
                let message = try await ada.say("\(number)", in: room)
                #expect(try await stream.next("message.created").message == message)
            }
            _ = try await stream.next(where: \.isComment)
            stream.close()
            let missed = [try await ada.say("One", in: room), try await ada.say("Two", in: room)]
            let second = try await ada.stream(after: stream.lastEventID)
            #expect(try await second.next("welcome").resumed == true)
            for message in missed { #expect(try await second.next("message.created").message == message) }
            second.close()
        }
    }

    @Test("A poll waits through nginx too, and returns the events")
    func poll() async throws {
        try await withFront { front, ada, room in
            let begin = try await ada.poll().cursor.text
            async let waiting = ada.poll(after: begin, wait: 60)
            while try await ada.get("users/me").json.status != "online" {}
            let message = try await ada.say("Hello", in: room)
            let found = try await waiting
            #expect(found.resumed == true)
            #expect(found.events.elements.map(\.message) == [message])
        }
    }

    @Test("I2: a socket receives events at once, is answered, and resumes")
    func socket() async throws {
        try await withFront { front, ada, room in
            let first = try await ada.listen()
            try await first.say(["type": "send", "ref": "x", "room_id": room.id, "body": "Hello"])
            let frames = [try await first.next(), try await first.next()]
            let event = try #require(frames.first { $0.type == "message.created" })
            #expect(frames.first { $0.type == "ack" }?.message == event.message)
            try await first.close()
            let missed = try await ada.say("Missed", in: room)
            let (second, welcome) = try await ada.resume(from: event.cursor.text)
            #expect(welcome.resumed == true)
            #expect(try await second.next("message.created").message == missed)
            try await second.send(.binary, [1])
            #expect(try await second.closeCode() == 1003)
        }
    }

    @Test("curl without buffering prints welcome, event and comment as they arrive")
    func curl() async throws {
        try await withFront { front, ada, room in
            let address = "http://\(front.host):\(front.port)/api/v1/events"
            let headers = ["-H", "Authorization: Bearer \(ada.token)", "-H", "Accept: text/event-stream"]
            try await withCurl(["-sN"] + headers + [address]) { lines in
                _ = try await lines.next { $0.hasPrefix("retry: ") }
                let welcome = try await lines.event("welcome")
                #expect(welcome.user.id.text == ada.id)
                let message = try await ada.say("Hello", in: room)
                #expect(try await lines.event("message.created").message == message)
                _ = try await lines.next { $0.hasPrefix(":") }
            }
        }
    }
}
