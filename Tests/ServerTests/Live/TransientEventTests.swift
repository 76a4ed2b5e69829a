import NIOCore
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Typing, receipts and presence", .timeLimit(.standard))
struct TransientEventTests {
    private func hurry(_ limits: inout Snug.InternalLimits) {
        limits.tickInterval = .milliseconds(20)
        limits.presence.grace = .milliseconds(100)
    }

    @Test("Typing is announced to the others, whether it came over a socket or by a request")
    func typing() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let (mine, theirs) = (try await ada.listen(), try await bob.listen())
            try await mine.say(["type": "typing", "room_id": room.id])
            let heard = try await theirs.nextTransientEvent("typing")
            #expect(heard.names == ["type", "room_id", "user_id"])
            #expect(heard.room_id == room.id)
            #expect(heard.user_id.text == ada.id)
            _ = try await bob.post("rooms/\(room.id.text)/typing").expect(204)
            #expect(try await mine.nextTransientEvent("typing").user_id.text == bob.id)
        }
    }

    @Test("I7: a person who is not a member can neither type nor mark as read")
    func strangers() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let room = try await ada.makeRoom(kind: "public")
            let socket = try await eve.listen()
            for frame in ["typing", "read"] as [JSON] {
                try await socket.say(["type": frame, "ref": "x", "room_id": room.id, "seq": 1])
                let error = try await socket.next("error")
                #expect(error.ref == "x")
                #expect(error.problem.code == "not_found")
            }
            #expect(try await eve.post("rooms/\(room.id.text)/typing").isProblem(404, "not_found"))
            #expect(try await eve.post("rooms/\(room.id.text)/read", ["seq": 1]).isProblem(404, "not_found"))
        }
    }

    @Test("A read receipt is announced to the room, is in the member list and lowers the unread count")
    func read() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let socket = try await ada.listen()
            let first = try await ada.say("one", in: room)
            let second = try await ada.say("two", in: room)
            let path = "rooms/\(room.id.text)/read"
            _ = try await bob.post(path, ["seq": second.seq]).expect(204)
            let receipt = try await socket.nextTransientEvent("receipt", of: bob)
            #expect(receipt.names == ["type", "room_id", "user_id", "delivered_seq", "read_seq"])
            #expect(receipt.read_seq == second.seq)
            #expect(receipt.delivered_seq == second.seq)
            _ = try await bob.post(path, ["seq": first.seq]).expect(204)
            let members = try await ada.get("rooms/\(room.id.text)/members").json.members.elements
            #expect(members.first { $0.user.id.text == bob.id }?.read_seq == second.seq)
            #expect(try await bob.get("rooms").json.rooms[0].unread_count == 0)
        }
    }

    @Test(
        "Only the number of an event can be read",
        arguments: [-1, 1000, "3", nil, .double(1.5), .missing] as [JSON]
    )
    func badSeq(seq: JSON) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let body: JSON = seq == .missing ? [:] : ["seq": seq]
            let answer = try await ada.post("rooms/\(room.id.text)/read", body)
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "seq")
        }
    }

    @Test("What a socket has received counts as delivered")
    func delivered() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let (mine, theirs) = (try await ada.listen(), try await bob.listen())
            let message = try await ada.say("one", in: room)
            _ = try await theirs.next("message.created")
            let receipt = try await mine.nextTransientEvent("receipt", of: bob)
            #expect(receipt.delivered_seq == message.seq)
            #expect(receipt.read_seq.number < message.seq.number)
        }
    }

    @Test("Receipts that moved while a client was away are sent when it resumes")
    func missedReceipts() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let message = try await ada.say("one", in: room)
            let cursor = try await ada.poll().cursor.text
            _ = try await bob.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            let (socket, welcome) = try await ada.resume(from: cursor)
            #expect(welcome.resumed == true)
            #expect(try await socket.nextTransientEvent("receipt", of: bob).read_seq == message.seq)
        }
    }

    @Test("I7: online, away and offline are announced to people who share a room, and to nobody else")
    func presence() async throws {
        try await withServer(internalLimits: hurry) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let eve = try await server.register("eve")
            _ = try await ada.makeRoom(with: [bob])
            let watching = try await ada.listen()
            let socket = try await bob.listen()
            let online = try await watching.nextTransientEvent("presence", of: bob)
            #expect(online.names == ["type", "user_id", "status", "last_seen_at"])
            #expect(online.status == "online")
            try await socket.say(["type": "status", "status": "away"])
            #expect(try await watching.nextTransientEvent("presence", of: bob).status == "away")
            #expect(try await ada.get("users/\(bob.id)").json.status == "away")
            #expect(try await eve.get("users/\(bob.id)").json.status == "offline")
            #expect(try await eve.get("users/\(bob.id)").json.last_seen_at == nil)
            try await socket.say(["type": "status", "status": "online"])
            #expect(try await watching.nextTransientEvent("presence", of: bob).status == "online")
            try await socket.close()
            #expect(try await watching.nextTransientEvent("presence", of: bob).status == "offline")
            let gone = try await ada.get("users/\(bob.id)").json
            #expect(gone.status == "offline")
        }
    }

    @Test("An unknown status is refused")
    func badStatus() async throws {
        try await withServer { server in
            let socket = try await server.register("ada").listen()
            try await socket.say(["type": "status", "status": "invisible"])
            #expect(try await socket.next("error").problem.field == "status")
        }
    }
}
