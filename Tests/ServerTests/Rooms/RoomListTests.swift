import SnugClient
import TestSupport
import Testing

@Suite("Lists of rooms", .timeLimit(.standard))
struct RoomListTests {
    @Test("A listed room has its last message and its unread count")
    func lastAndUnread() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom()
            _ = try await ada.say("Before Bob", in: room)
            try await ada.add(bob, to: room)
            _ = try await ada.say("One", in: room)
            let last = try await ada.say("Two", in: room)
            let seen = try await bob.get("rooms").json.rooms[0]
            #expect(seen.last_message == last)
            #expect(seen.unread_count == 2)
            #expect(try await ada.get("rooms").json.rooms[0].unread_count == 0)
        }
    }

    @Test("A room without messages has no last message")
    func noLast() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            _ = try await ada.makeRoom()
            let room = try await ada.get("rooms").json.rooms[0]
            #expect(room.last_message == nil)
            #expect(room.unread_count == 0)
        }
    }

    @Test("scope=public lists public rooms, and q selects among them")
    func publicRooms() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            _ = try await ada.makeRoom("Private", kind: "private")
            _ = try await ada.makeRoom("Garden", kind: "public")
            _ = try await ada.makeRoom("Kitchen", kind: "public")
            #expect(try await bob.publicRooms() == ["Garden", "Kitchen"])
            #expect(try await bob.publicRooms("kit") == ["Kitchen"])
            #expect(try await bob.publicRooms("%25") == [])
        }
    }

    @Test("A public room can be fetched before joining, without a role")
    func lookInside() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom("Kitchen", kind: "public")
            let seen = try await bob.get("rooms/\(room.id.text)").expect(200).json
            #expect(seen.role == nil)
            #expect(seen.name == "Kitchen")
        }
    }

    @Test("An unknown scope is rejected")
    func unknownScope() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await ada.get("rooms?scope=all")
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "scope")
        }
    }
}

extension Person {
    fileprivate func publicRooms(_ prefix: String = "") async throws -> [String] {
        try await get("rooms?scope=public&q=\(prefix)").expect(200).json.rooms.elements.map(\.name.text)
    }
}
