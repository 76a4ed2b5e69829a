import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Membership", .timeLimit(.standard))
struct MembershipTests {
    @Test("Anybody may join a public room, as a member")
    func join() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(kind: "public")
            let member = try await bob.join(room).expect(201).json
            #expect(member.user.id.text == bob.id)
            #expect(member.role == "member")
            let members = try await bob.get("rooms/\(room.id.text)/members").expect(200).json.members.elements
            #expect(members.map(\.user.id.text) == [ada.id, bob.id])
            #expect(members.map(\.role.text) == ["owner", "member"])
            #expect(members[0].names == ["user", "role", "joined_at", "pending", "delivered_seq", "read_seq"])
        }
    }

    @Test("Nobody can join a public room with a higher role")
    func joinAsOwner() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let room = try await ada.makeRoom(kind: "public")
            let answer = try await eve.post("rooms/\(room.id.text)/members", ["role": "owner"])
            #expect(answer.isProblem(403, "forbidden"))
            #expect(try await eve.get("rooms/\(room.id.text)").json.role == nil)
        }
    }

    @Test("A member cannot be added again")
    func twice() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(kind: "public", with: [bob])
            let again = try await ada.post("rooms/\(room.id.text)/members", ["user_id": .string(bob.id)])
            #expect(again.isProblem(409, "conflict"))
            #expect(try await ada.get("rooms/\(room.id.text)").json.member_count == 2)
        }
    }

    @Test("A member without a higher role cannot add others")
    func memberAdds() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let eve = try await server.register("eve")
            let room = try await ada.makeRoom(with: [bob])
            let answer = try await bob.post("rooms/\(room.id.text)/members", ["user_id": .string(eve.id)])
            #expect(answer.isProblem(403, "forbidden"))
        }
    }

    @Test(
        "An unknown person cannot be added",
        arguments: [
            ("01890000-0000-7000-8000-000000000000", 404, "not_found"), ("nonsense", 422, "invalid"),
        ]
    )
    func addNobody(id: String, status: Int, code: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let answer = try await ada.post("rooms/\(room.id.text)/members", ["user_id": .string(id)])
            #expect(answer.isProblem(status, code))
            #expect(answer.json.field == "user_id")
        }
    }

    @Test("I8: a full room accepts nobody and names its limit")
    func full() async throws {
        try await withServer({ $0.limits.roomMembers = 2 }) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let eve = try await server.register("eve")
            let room = try await ada.makeRoom(kind: "public", with: [bob])
            let answer = try await eve.join(room)
            #expect(answer.isProblem(409, "room_full"))
            #expect(answer.json.limit == 2)
            #expect(try await ada.delete("rooms/\(room.id.text)/members/\(bob.id)").status == 204)
            #expect(try await eve.join(room).status == 201)
        }
    }

    @Test("I8: of concurrent joins for the last place, one succeeds")
    func lastPlace() async throws {
        try await withServer({ $0.limits.roomMembers = 2 }) { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom(kind: "public")
            var people: [Person] = []
            for number in 0..<6 { people.append(try await server.register("p\(number)")) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for person in people { group.addTask { try await person.join(room).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201, 409, 409, 409, 409, 409])
            #expect(try await ada.get("rooms/\(room.id.text)").json.member_count == 2)
        }
    }

    @Test("I7: a person who left cannot see the room")
    func leave() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            #expect(try await bob.delete("rooms/\(room.id.text)/members/\(bob.id)").status == 204)
            #expect(try await bob.get("rooms/\(room.id.text)").isProblem(404, "not_found"))
            #expect(try await bob.get("rooms").json.rooms == [])
        }
    }

    @Test("When the last owner leaves, the longest-standing admin becomes owner")
    func succession() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let cem = try await server.register("cem")
            let room = try await ada.makeRoom(with: [bob])
            try await ada.add(cem, to: room, as: "admin")
            #expect(try await ada.delete("rooms/\(room.id.text)/members/\(ada.id)").status == 204)
            #expect(try await cem.get("rooms/\(room.id.text)").json.role == "owner")
            #expect(try await bob.get("rooms/\(room.id.text)").json.role == "member")
        }
    }

    @Test("A room is deleted with its last member")
    func lastMember() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(kind: "public")
            #expect(try await ada.delete("rooms/\(room.id.text)/members/\(ada.id)").status == 204)
            #expect(try await bob.join(room).isProblem(404, "not_found"))
            #expect(try await bob.get("rooms?scope=public").json.rooms == [])
        }
    }
}
