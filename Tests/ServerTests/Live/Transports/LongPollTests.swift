import TestSupport
import Testing

@Suite("Long polling", .timeLimit(.standard))
struct LongPollTests {
    @Test("The first poll returns a cursor at once")
    func first() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let poll = try await ada.poll(wait: 60)
            #expect(poll.names == ["cursor", "resumed", "events"])
            #expect(poll.resumed == false)
            #expect(poll.events == [])
        }
    }

    @Test("I2: a poll returns what was missed at once, and waits if nothing was")
    func waits() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let begin = try await bob.poll().cursor.text
            let messages = [try await ada.say("one", in: room), try await ada.say("two", in: room)]
            let missed = try await bob.poll(after: begin, wait: 60)
            #expect(missed.resumed == true)
            #expect(missed.events.elements.map(\.message) == messages)
            async let waiting = bob.poll(after: missed.cursor.text, wait: 60)
            while try await ada.get("users/\(bob.id)").json.status != "online" {}
            let third = try await ada.say("three", in: room)
            let found = try await waiting
            #expect(found.resumed == true)
            #expect(found.events.elements.map(\.message) == [third])
            #expect(try await bob.poll(after: found.cursor.text).events == [])
        }
    }

    @Test("A receipt or a profile that changed is sent once, and the next poll waits for others")
    func signals() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let message = try await ada.say("one", in: room)
            let begin = try await ada.poll().cursor.text
            _ = try await bob.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            _ = try await bob.patch("users/me", ["display_name": "Bob"]).expect(200)
            var told: [String] = []
            var cursor = begin
            // Whether the second of them is in the first response depends on when it was written.
            while !told.contains("receipt") || !told.contains("user.updated") {
                let poll = try await ada.poll(after: cursor, wait: 60)
                told += poll.events.elements.map(\.type.text)
                cursor = poll.cursor.text
            }
            let again = try await ada.poll(after: cursor, wait: 60)
            let quiet = again.events == [] ? again : try await ada.poll(after: again.cursor.text, wait: 1)
            #expect(quiet.events == [])
            // The same cursor, over another transport.
            #expect(try await ada.resume(from: quiet.cursor.text).1.resumed == true)
        }
    }

    @Test("A poll without events returns a cursor that has moved")
    func inVain() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom()
            let begin = try await bob.poll().cursor.text
            _ = try await ada.say("not for Bob", in: room)
            let poll = try await bob.poll(after: begin, wait: 1)
            #expect(poll.resumed == true)
            #expect(poll.events == [])
            #expect(poll.cursor != .string(begin))
        }
    }

    @Test("The wait is limited", arguments: ["-1", "61", "x", "1.5"])
    func bounds(wait: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await ada.get("events?wait=\(wait)")
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "wait")
        }
    }

    @Test("SIGTERM ends a poll with the events so far")
    func stopping() async throws {
        let (ada, poll) = try await withServer { server in
            let ada = try await server.register("ada")
            let begin = try await ada.poll().cursor.text
            let poll = Task { try await ada.poll(after: begin, wait: 60) }
            while try await ada.get("users/me").json.status != "online" {}
            return (ada, poll)
        }
        #expect(!ada.id.isEmpty)
        #expect(try await poll.value.resumed == true)
    }
}
