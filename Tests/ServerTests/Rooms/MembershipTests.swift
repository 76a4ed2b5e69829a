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
            #expect(try await bob.join(room).isProblem(409, "conflict"))
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

    @Test("A full room is answered with 409 and its limit")
    func full() async throws {
        try await withServer({ $0.limits.roomMembers = 2 }) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let eve = try await server.register("eve")
            let room = try await ada.makeRoom(kind: "public", with: [bob])
            let answer = try await eve.join(room)
            #expect(answer.isProblem(409, "room_full"))
            #expect(answer.json.limit == 2)
        }
    }
}
