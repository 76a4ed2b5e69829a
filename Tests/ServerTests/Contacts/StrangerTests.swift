import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Privacy between strangers", .timeLimit(.standard))
struct StrangerTests {
    private func hurry(_ limits: inout Snug.InternalLimits) {
        limits.tickInterval = .milliseconds(20)
    }

    /// The transient events of a person that come before the last message.
    private func events(of person: Person, on socket: LiveClient, until body: String) async throws -> [JSON] {
        var events: [JSON] = []
        while true {
            let frame = JSON.orMissing(try await socket.nextText())
            if frame.type == "message.created", frame.message.body.text == body { return events }
            if frame.user_id.text == person.id, ["typing", "presence", "receipt"].contains(frame.type.text) {
                events.append(frame)
            }
        }
    }

    @Test("I7: the sender of a direct request sees no presence anywhere until it is answered")
    func direct() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let mine = try await ada.listen()
            let hers = try await eve.listen()
            let room = try await eve.directRoom(with: ada)
            let path = "rooms/\(room.id.text)"
            let first = try await eve.say("Hello", in: room)
            #expect(try await mine.next("member.joined").user_id.text == ada.id)
            _ = try await mine.next("message.created")
            try await mine.say(["type": "typing", "room_id": room.id])
            try await mine.say(["type": "ping"])
            _ = try await mine.first("pong")
            _ = try await ada.post("\(path)/read", ["seq": first.seq]).expect(204)
            let asked = try await eve.get("users/\(ada.id)").json
            #expect(asked.status == "offline" && asked.last_seen_at == nil)
            let members = try await eve.get("\(path)/members").json.members.elements
            let seen = try #require(members.first { $0.user.id.text == ada.id })
            #expect(seen.user.status == "offline" && seen.user.last_seen_at == nil && seen.pending == true)
            #expect(seen.read_seq.number < first.seq.number && seen.delivered_seq.number < first.seq.number)
            // Ada's own devices receive her receipts, and see who wrote.
            _ = try await mine.receipt(of: ada, readUpTo: first.seq)
            #expect(try await ada.get(path).json.pending == true)
            #expect(try await ada.get("users/\(eve.id)").json.status == "online")
            _ = try await eve.say("Are you there?", in: room)
            #expect(try await events(of: ada, on: hers, until: "Are you there?").isEmpty)

            _ = try await ada.post("\(path)/accept").expect(200)
            _ = try await hers.receipt(of: ada, readUpTo: first.seq)
            #expect(try await hers.nextTransientEvent("presence", of: ada).status == "online")
            #expect(try await eve.get("users/\(ada.id)").json.status == "online")
            try await mine.say(["type": "typing", "room_id": room.id])
            #expect(try await hers.nextTransientEvent("typing").user_id.text == ada.id)
        }
    }

    @Test("I7: an inviter sees no presence; once it is accepted both see each other")
    func invitation() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let (mine, hers) = (try await ada.listen(), try await eve.listen())
            let room = try await eve.makeRoom("Trap")
            let path = "rooms/\(room.id.text)"
            let added = try await eve.post("\(path)/members", ["user_id": .string(ada.id)]).expect(202).json
            #expect(added.names == ["room", "user", "role", "invited_by", "created_at"])
            #expect(added.user.status == .missing && added.user.last_seen_at == .missing)
            #expect(try await mine.nextTransientEvent("invitation").room_id == room.id)
            #expect(try await eve.get("\(path)/members").json.members.elements.count == 1)
            #expect(try await eve.get("users/\(ada.id)").json.status == "offline")
            #expect(try await ada.get(path).isProblem(404, "not_found"))
            #expect(try await ada.get("\(path)/messages").isProblem(404, "not_found"))
            let invitation = try await ada.get("invitations").expect(200).json.invitations[0]
            #expect(invitation.room.id == room.id && invitation.invited_by.id.text == eve.id)
            #expect(invitation.invited_by.status == .missing)
            _ = try await ada.post("\(path)/accept").expect(200)
            #expect(try await hers.nextTransientEvent("presence", of: ada).status == "online")
            #expect(try await eve.get("users/\(ada.id)").json.status == "online")
            #expect(try await ada.get("invitations").json.invitations == [])
        }
    }

    @Test("An invitation is declined by the invited person, listed and withdrawn by owners and admins")
    func declining() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom()
            let path = "rooms/\(room.id.text)"
            _ = try await ada.post("\(path)/members", ["user_id": .string(bob.id)]).expect(202)
            #expect(try await ada.get("\(path)/invitations").json.invitations[0].user.id.text == bob.id)
            #expect(try await bob.get("\(path)/invitations").isProblem(404, "not_found"))
            #expect(try await bob.delete("invitations/\(room.id.text)").status == 204)
            #expect(try await bob.delete("invitations/\(room.id.text)").isProblem(404, "not_found"))
            #expect(try await bob.post("\(path)/accept").isProblem(404, "not_found"))
            _ = try await ada.post("\(path)/members", ["user_id": .string(bob.id)]).expect(202)
            #expect(try await ada.delete("\(path)/members/\(bob.id)").status == 204)
            #expect(try await bob.post("\(path)/members").isProblem(404, "not_found"))
        }
    }

    @Test("I7: a blocked person neither sees nor is seen, live or fetched, in shared rooms too")
    func blocked() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let cem = try await server.register("cem")
            let room = try await ada.makeRoom(with: [eve, cem])
            let path = "rooms/\(room.id.text)"
            let (mine, hers, third) = (try await ada.listen(), try await eve.listen(), try await cem.listen())
            _ = try await ada.send(.PUT, "blocks/\(eve.id)").expect(204)
            #expect(try await mine.nextTransientEvent("block").blocked == true)
            #expect(try await ada.get("blocks").json.blocks[0].user.id.text == eve.id)
            let message = try await cem.say("One", in: room)
            _ = try await ada.post("\(path)/read", ["seq": message.seq]).expect(204)
            _ = try await third.receipt(of: ada, readUpTo: message.seq)
            try await mine.say(["type": "typing", "room_id": room.id])
            #expect(try await third.nextTransientEvent("typing").user_id.text == ada.id)
            for (viewer, other) in [(ada, eve), (eve, ada)] {
                #expect(try await viewer.get("users/\(other.id)").json.status == "offline")
                let members = try await viewer.get("\(path)/members").json.members.elements
                #expect(members.first { $0.user.id.text == other.id }?.user.status == "offline")
            }
            _ = try await cem.say("Two", in: room)
            // She appears to have gone offline.
            let received = try await events(of: ada, on: hers, until: "Two").drop { $0.status != "offline" }
            #expect(!received.isEmpty)
            #expect(received.allSatisfy { $0.type == "presence" && $0.status == "offline" })
            #expect(
                try await eve.post("rooms", ["kind": "direct", "user_id": .string(ada.id)]).isProblem(403, "forbidden")
            )
            _ = try await ada.send(.DELETE, "blocks/\(eve.id)").expect(204)
            #expect(try await eve.get("users/\(ada.id)").json.status == "online")
            let last = try await cem.say("Three", in: room)
            _ = try await ada.post("\(path)/read", ["seq": last.seq]).expect(204)
            // Except typing, which is sent every two seconds at most.
            #expect(try await hers.nextTransientEvent("receipt", of: ada).user_id.text == ada.id)
        }
    }

    @Test("A hidden direct room returns with its next message")
    func hiding() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.directRoom(with: bob)
            _ = try await ada.say("Hello", in: room)
            let socket = try await bob.listen()
            _ = try await bob.send(.PUT, "rooms/\(room.id.text)/hidden").expect(204)
            let signal = try await socket.nextTransientEvent("room.hidden")
            #expect(signal.room_id == room.id && signal.hidden == true)
            #expect(try await bob.get("rooms").json.rooms == [])
            #expect(try await bob.get("rooms?scope=hidden").json.rooms[0].id == room.id)
            _ = try await ada.say("Still there?", in: room)
            #expect(try await bob.get("rooms").json.rooms[0].id == room.id)
            _ = try await bob.send(.PUT, "rooms/\(room.id.text)/hidden").expect(204)
            _ = try await bob.delete("rooms/\(room.id.text)/hidden").expect(204)
            #expect(try await bob.get("rooms").json.rooms.elements.count == 1)
        }
    }

    @Test("Bans are listed and lifted, and prevent joining")
    func bans() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(kind: "public")
            let path = "rooms/\(room.id.text)"
            _ = try await bob.join(room).expect(201)
            #expect(try await ada.delete("\(path)/members/\(bob.id)?ban=maybe").isProblem(422, "invalid"))
            _ = try await ada.delete("\(path)/members/\(bob.id)?ban=false").expect(204)
            _ = try await bob.join(room).expect(201)
            _ = try await ada.delete("\(path)/members/\(bob.id)").expect(204)
            #expect(try await bob.join(room).isProblem(403, "forbidden"))
            let bans = try await ada.get("\(path)/bans").expect(200).json
            #expect(bans.bans[0].user.id.text == bob.id && bans.bans[0].banned_by.text == ada.id)
            #expect(bans.has_more == false)
            #expect(try await bob.get("\(path)/bans").isProblem(404, "not_found"))
            _ = try await ada.delete("\(path)/bans/\(bob.id)").expect(204)
            #expect(try await ada.delete("\(path)/bans/\(bob.id)").isProblem(404, "not_found"))
            _ = try await ada.send(.PUT, "\(path)/bans/\(bob.id)").expect(204)
            #expect(try await bob.join(room).isProblem(403, "forbidden"))
            try await ada.add(bob, to: room)
            #expect(try await ada.get("\(path)/bans").json.bans == [])
        }
    }
}
