import SnugClient
import TestSupport
import Testing

@Suite("Live events", .timeLimit(.standard))
struct EventTests {
    @Test("I2: every member, the sender included, receives every event in order and without a gap in the numbers")
    func order() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let sockets = [try await ada.listen(), try await bob.listen(), try await bob.listen()]
            let begin = try await ada.get("rooms/\(room.id.text)").json.last_seq.number
            try await withThrowingTaskGroup { group in
                for number in 0..<30 {
                    let sender = number % 2 == 0 ? ada : bob
                    group.addTask { _ = try await sender.say("\(number)", in: room) }
                }
                try await group.waitForAll()
            }
            var heard: [[JSON]] = []
            for socket in sockets {
                var events: [JSON] = []
                while events.count < 30 { events.append(try await socket.next("message.created")) }
                #expect(events.map(\.seq.number) == Array(begin + 1...begin + 30))
                heard.append(events)
            }
            #expect(heard[0] == heard[1])
            #expect(heard[1] == heard[2])
        }
    }

    @Test("An event has its type, room, time and the cursor to resume from")
    func form() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let socket = try await ada.listen()
            let message = try await ada.say("Hello", in: room)
            let event = try await socket.next("message.created")
            #expect(event.names == ["type", "cursor", "room_id", "seq", "at", "message"])
            #expect(event.room_id == room.id)
            #expect(event.seq == message.seq)
            #expect(event.message == message)
        }
    }

    @Test("Edits and deletions are events")
    func editAndDelete() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let message = try await ada.say("Helo", in: try await ada.makeRoom(with: [bob]))
            let socket = try await bob.listen()
            let edited = try await ada.patch(ada.path(of: message), ["body": "Hello"]).expect(200).json
            #expect(try await socket.next("message.edited").message == edited)
            _ = try await ada.delete(ada.path(of: message)).expect(204)
            let deleted = try await socket.next("message.deleted").message
            #expect(deleted.id == message.id)
            #expect(deleted.body == "")
            #expect(deleted.deleted_at != nil)
        }
    }

    @Test("A room's new name and a member's new role are events")
    func roomAndRole() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let socket = try await bob.listen()
            _ = try await ada.patch("rooms/\(room.id.text)", ["name": "Renamed"]).expect(200)
            #expect(try await socket.next("room.updated").room.name == "Renamed")
            _ = try await ada.patch("rooms/\(room.id.text)/members/\(bob.id)", ["role": "admin"]).expect(200)
            let updated = try await socket.next("member.updated")
            #expect(updated.member.user.id.text == bob.id)
            #expect(updated.member.role == "admin")
        }
    }

    @Test("I7: a person who is added receives the events of the room from their joining on, and none before")
    func added() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom()
            let socket = try await bob.listen()
            _ = try await ada.say("Before", in: room)
            try await ada.add(bob, to: room)
            let after = try await ada.say("After", in: room)
            let joined = try await socket.next("member.joined")
            #expect(joined.user_id.text == bob.id)
            #expect(joined.member.user.id.text == bob.id)
            #expect(try await socket.next("message.created").message == after)
        }
    }

    @Test("I7: a person who is removed receives that event, and nothing after it")
    func removed() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let (room, other) = (try await ada.makeRoom(with: [bob]), try await ada.makeRoom(with: [bob]))
            let (mine, theirs) = (try await ada.listen(), try await bob.listen())
            _ = try await ada.delete("rooms/\(room.id.text)/members/\(bob.id)").expect(204)
            _ = try await ada.say("Among us", in: room)
            let mark = try await ada.say("Elsewhere", in: other)
            #expect(try await theirs.next("member.left").user_id.text == bob.id)
            #expect(try await theirs.next("message.created").message == mark)
            #expect(try await mine.next("member.left").room_id == room.id)
            #expect(try await mine.next("message.created").message.body == "Among us")
        }
    }

    @Test("I7: only members receive the events of a room, even of a public one")
    func strangers() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let room = try await ada.makeRoom(kind: "public")
            let ours = try await ada.makeRoom(with: [eve])
            let socket = try await eve.listen()
            _ = try await ada.say("Not for Eve", in: room)
            let mark = try await ada.say("For Eve", in: ours)
            #expect(try await socket.next("message.created").message == mark)
        }
    }

    @Test("The members of a room receive its deletion")
    func roomDeleted() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let socket = try await bob.listen()
            _ = try await ada.delete("rooms/\(room.id.text)").expect(204)
            #expect(try await socket.next("room.deleted").room_id == room.id)
        }
    }

    @Test("A direct room begins for the other person with its first message, which they receive live")
    func directRoom() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let socket = try await bob.listen()
            let room = try await ada.directRoom(with: bob)
            _ = try await ada.say("Hello", in: room)
            let joined = try await socket.next("member.joined")
            #expect(joined.room_id == room.id)
            #expect(joined.user_id.text == bob.id)
            let created = try await socket.next("message.created")
            #expect(created.message.body == "Hello")
            #expect(created.seq.number == joined.seq.number + 1)
        }
    }

    @Test("I2: sockets that connect during a conversation miss nothing after their welcome")
    func openedMeanwhile() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            try await withThrowingTaskGroup { group in
                group.addTask { while !Task.isCancelled { _ = try? await ada.say("Still talking", in: room) } }
                for _ in 0..<5 {
                    let socket = try await ada.listen()
                    let first = try await socket.next("message.created").seq.number
                    for seq in first + 1...first + 5 {
                        #expect(try await socket.next("message.created").seq.number == seq)
                    }
                    try await socket.close()
                }
                group.cancelAll()
            }
        }
    }
}
