import SnugClient
import TestSupport
import Testing

@Suite("Kinds of rooms", .timeLimit(.standard))
struct RoomKindTests {
    @Test("The creator of a room is its owner", arguments: ["public", "private"])
    func owner(kind: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let wish: JSON = ["kind": .string(kind), "name": " Tea  room ", "topic": "Leaves"]
            let room = try await ada.post("rooms", wish).expect(201).json
            #expect(room.kind == .string(kind))
            #expect(room.name == "Tea room")
            #expect(room.topic == "Leaves")
            #expect(room.role == "owner")
            #expect(room.member_count == 1)
            #expect(try await ada.get("rooms/\(room.id.text)").json == room)
        }
    }

    @Test("A direct room has no name, names the other person, and exists once per pair")
    func direct() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.directRoom(with: bob)
            #expect(room.kind == "direct")
            #expect(room.name == nil)
            #expect(room.member_count == 1)
            #expect(room.user_id.text == bob.id)
            #expect(try await ada.directRoom(with: bob).id == room.id)
            #expect(try await bob.get("rooms").json.rooms == [])
            let same = try await bob.directRoom(with: ada)
            #expect(same.id == room.id)
            #expect(same.user_id.text == ada.id)
            #expect(same.member_count == 2)
            #expect(try await bob.get("rooms").json.rooms.elements.count == 1)
        }
    }

    @Test("A direct room with oneself is rejected")
    func directAlone() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            for wish: JSON in [["kind": "direct"], ["kind": "direct", "user_id": .string(ada.id)]] {
                let answer = try await ada.post("rooms", wish)
                #expect(answer.isProblem(422, "invalid"))
                #expect(answer.json.field == "user_id")
            }
        }
    }

    @Test("A change that a direct room does not allow is a conflict")
    func directStays() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.directRoom(with: bob)
            _ = try await ada.say("Hello", in: room)
            let path = "rooms/\(room.id.text)"
            #expect(try await ada.patch(path, ["name": "Ours"]).isProblem(409, "conflict"))
            #expect(try await ada.delete("\(path)/members/\(ada.id)").isProblem(409, "conflict"))
            #expect(try await ada.delete(path).isProblem(409, "conflict"))
        }
    }

    @Test(
        "An invalid room is rejected with the name of the invalid member",
        arguments: [
            (["kind": "secret", "name": "x"], "kind"), (["name": "x"], "kind"), (["kind": "public"], "name"),
            (["kind": "private", "name": "  "], "name"), (["kind": "private", "name": 5], "name"),
            (["kind": "private", "name": .string(String(repeating: "n", count: 81))], "name"),
            (["kind": "private", "name": "\u{200B}\u{202E}"], "name"),
            (["kind": "private", "name": "x", "topic": .string(String(repeating: "t", count: 501))], "topic"),
            (["kind": "direct", "user_id": "nobody"], "user_id"),
        ] as [(JSON, String)]
    )
    func badRoom(wish: JSON, field: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await ada.post("rooms", wish)
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == .string(field))
            #expect(try await ada.get("rooms").json.rooms == [])
        }
    }
}
