import TestSupport
import Testing

@Suite("Resuming from a cursor", .timeLimit(.standard))
struct ResumeTests {
    @Test("I2: a socket that resumes receives the missed events, then new ones")
    func socket() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let first = try await bob.listen()
            _ = try await ada.say("heard", in: room)
            let cursor = try await first.next("message.created").cursor.text
            try await first.close()
            let missed = [try await ada.say("one", in: room), try await ada.say("two", in: room)]
            let (socket, welcome) = try await bob.resume(from: cursor)
            #expect(welcome.resumed == true)
            // A client that disconnects before the first missed event must be able to resume from the same cursor.
            #expect(welcome.cursor.text == cursor)
            for message in missed { #expect(try await socket.next("message.created").message == message) }
            let live = try await ada.say("live", in: room)
            #expect(try await socket.next("message.created").message == live)
        }
    }

    @Test("A client that missed nothing resumes at the newest position")
    func nothingMissed() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom()
            let cursor = try await bob.poll().cursor.text
            _ = try await ada.say("not for Bob", in: room)
            let (_, welcome) = try await bob.resume(from: cursor)
            #expect(welcome.resumed == true)
            #expect(welcome.cursor != .string(cursor))
        }
    }

    @Test(
        "A cursor that cannot be resumed from starts without missed events",
        arguments: ["", "nonsense", "0123456789abcdef.1", "EPOCH.999999", "EPOCH.-1", "EPOCH.", ".1"]
    )
    func foreign(cursor: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            _ = try await ada.say("before", in: room)
            let epoch = try await ada.poll().cursor.text.split(separator: ".")[0]
            let cursor = cursor.replacing("EPOCH", with: epoch)
            let (socket, welcome) = try await ada.resume(from: cursor)
            #expect(welcome.resumed == false)
            let stream = try await ada.stream(after: cursor)
            #expect(try await stream.next("welcome").resumed == false)
            if !cursor.isEmpty { #expect(try await ada.poll(after: cursor).resumed == false) }
            let message = try await ada.say("after", in: room)
            #expect(try await socket.next("message.created").message == message)
            #expect(try await stream.next("message.created").message == message)
        }
    }

    @Test("I2: more than a thousand missed events are not replayed in part")
    func tooMany() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let cursor = try await ada.poll().cursor.text
            let sender = try await ada.listen()
            for number in 0...1000 {
                try await sender.say(["type": "send", "room_id": room.id, "body": .string("\(number)")])
            }
            for _ in 0...1000 { _ = try await sender.first("ack") }
            let (_, welcome) = try await ada.resume(from: cursor)
            #expect(welcome.resumed == false)
            let poll = try await ada.poll(after: cursor)
            #expect(poll.resumed == false)
            #expect(poll.events == [])
        }
    }

    @Test("I2: sockets that resume during a conversation have no gap and no repeat")
    func openedMeanwhile() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            var cursor = try await ada.poll().cursor.text
            var seq = try await ada.get("rooms/\(room.id.text)").json.last_seq.number
            try await withThrowingTaskGroup { group in
                for _ in 0..<3 {
                    group.addTask { while !Task.isCancelled { _ = try? await ada.say("Still talking", in: room) } }
                }
                for _ in 0..<20 {
                    let (socket, welcome) = try await ada.resume(from: cursor)
                    #expect(welcome.resumed == true)
                    for _ in 0..<Int.random(in: 1...30) {
                        let event = try await socket.next("message.created")
                        seq += 1
                        #expect(event.seq.number == seq)
                        cursor = event.cursor.text
                    }
                    try await socket.close()
                }
                group.cancelAll()
            }
        }
    }

    @Test("I2, I7: a person who was away receives the events from their joining to their leaving, and no others")
    func membership() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom()
            let cursor = try await bob.poll().cursor.text
            _ = try await ada.say("before", in: room)
            try await ada.add(bob, to: room)
            let during = try await ada.say("during", in: room)
            _ = try await ada.delete("rooms/\(room.id.text)/members/\(bob.id)").expect(204)
            _ = try await ada.say("after", in: room)
            let (socket, welcome) = try await bob.resume(from: cursor)
            #expect(welcome.resumed == true)
            #expect(try await socket.next("member.joined").user_id.text == bob.id)
            #expect(try await socket.next("message.created").message == during)
            #expect(try await socket.next("member.left").user_id.text == bob.id)
            let poll = try await bob.poll(after: cursor)
            #expect(poll.events.elements.map(\.type) == ["member.joined", "message.created", "member.left"])
            #expect(try await bob.poll(after: poll.cursor.text).events == [])
        }
    }

    @Test("I1, I2: a server that was killed and started again replays what was missed")
    func restart() async throws {
        try await withMemoryFolder { storage in
            let (before, _) = try await withServerProcess(storage: storage) { server in
                let ada = try await server.site.register("ada")
                let room = try await ada.makeRoom()
                let socket = try await ada.listen()
                _ = try await ada.say("heard", in: room)
                let cursor = try await socket.next("message.created").cursor.text
                let missed = try await ada.say("missed", in: room)
                try server.kill()
                return (ada, cursor, missed)
            }
            let (ada, cursor, missed) = before
            _ = try await withServerProcess(storage: storage) { server in
                let ada = ada.at(server.site)
                let (socket, welcome) = try await ada.resume(from: cursor)
                #expect(welcome.resumed == true)
                #expect(try await socket.next("message.created").message == missed)
                #expect(try await ada.poll(after: cursor).events[0].message == missed)
            }
        }
    }
}
