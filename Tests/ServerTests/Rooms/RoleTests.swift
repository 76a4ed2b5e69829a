import SnugClient
import TestSupport
import Testing

@Suite("Roles", .timeLimit(.standard))
struct RoleTests {
    /// A room with a person of each role.
    private struct Cast {
        let owner: Person
        let admin: Person
        let member: Person
        let room: JSON

        var path: String { "rooms/\(room.id.text)" }

        init(_ server: RunningServer) async throws {
            owner = try await server.register("the-owner-ada")
            admin = try await server.register("the-admin-bob")
            member = try await server.register("member")
            room = try await owner.makeRoom(with: [member])
            try await owner.add(admin, to: room, as: "admin")
        }

        subscript(role: String) -> Person {
            role == "owner" ? owner : role == "admin" ? admin : member
        }
    }

    @Test(
        "Owners and admins may rename a room, members may not",
        arguments: [
            ("owner", 200), ("admin", 200), ("member", 403),
        ]
    )
    func rename(role: String, status: Int) async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let answer = try await cast[role].patch(cast.path, ["name": "Renamed", "topic": ""])
            #expect(answer.status == status)
            let room = try await cast.owner.get(cast.path).json
            #expect(room.name == (status == 200 ? "Renamed" : "The snug"))
        }
    }

    @Test("Only an owner may delete a room", arguments: [("owner", 204), ("admin", 403), ("member", 403)])
    func delete(role: String, status: Int) async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            #expect(try await cast[role].delete(cast.path).status == status)
            #expect(try await cast.member.get(cast.path).status == (status == 204 ? 404 : 200))
        }
    }

    @Test("Only an owner may change roles", arguments: [("owner", 200), ("admin", 403), ("member", 403)])
    func changeRole(role: String, status: Int) async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let answer = try await cast[role].patch("\(cast.path)/members/\(cast.member.id)", ["role": "admin"])
            #expect(answer.status == status)
            #expect(try await cast.member.get(cast.path).json.role == (status == 200 ? "admin" : "member"))
        }
    }

    @Test("An admin may add members, but not admins")
    func adminAdds() async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let asAdmin: JSON = ["user_id": .string(ada.id), "role": "admin"]
            #expect(try await cast.admin.post("\(cast.path)/members", asAdmin).isProblem(403, "forbidden"))
            try await cast.admin.add(bob, to: cast.room)
            #expect(try await bob.get(cast.path).json.role == "member")
        }
    }

    @Test(
        "Who may remove whom",
        arguments: [
            ("owner", "admin", 204), ("owner", "member", 204), ("admin", "member", 204), ("admin", "owner", 403),
            ("member", "admin", 403), ("member", "owner", 403),
        ]
    )
    func remove(actor: String, other: String, status: Int) async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            #expect(try await cast[actor].delete("\(cast.path)/members/\(cast[other].id)").status == status)
            #expect(try await cast[other].get(cast.path).status == (status == 204 ? 404 : 200))
        }
    }

    @Test(
        "Owners and admins may delete messages of others, members may not",
        arguments: [
            ("owner", 204), ("admin", 204), ("member", 403),
        ]
    )
    func deleteMessage(role: String, status: Int) async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let author = role == "owner" ? cast.member : cast.owner
            let message = try await author.say("Mine", in: cast.room)
            #expect(try await cast[role].delete(cast.owner.path(of: message)).status == status)
        }
    }

    @Test("Nobody may edit messages of others, not even the owner")
    func editOthers() async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let message = try await cast.member.say("Mine", in: cast.room)
            let answer = try await cast.owner.patch(cast.owner.path(of: message), ["body": "Yours"])
            #expect(answer.isProblem(403, "forbidden"))
        }
    }

    @Test("The last owner cannot give up the role")
    func lastOwner() async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let own = "\(cast.path)/members/\(cast.owner.id)"
            #expect(try await cast.owner.patch(own, ["role": "member"]).isProblem(409, "conflict"))
            let other = "\(cast.path)/members/\(cast.member.id)"
            #expect(try await cast.owner.patch(other, ["role": "owner"]).status == 200)
            #expect(try await cast.owner.patch(own, ["role": "member"]).status == 200)
            #expect(try await cast.owner.get(cast.path).json.role == "member")
        }
    }

    @Test("An unknown role is rejected", arguments: ["king", ""])
    func unknownRole(role: String) async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let answer = try await cast.owner.patch("\(cast.path)/members/\(cast.member.id)", ["role": .string(role)])
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "role")
        }
    }

    @Test("The role of a person who is not a member cannot be changed, nor can they be removed")
    func notAMember() async throws {
        try await withServer { server in
            let cast = try await Cast(server)
            let ada = try await server.register("ada")
            let path = "\(cast.path)/members/\(ada.id)"
            #expect(try await cast.owner.patch(path, ["role": "admin"]).isProblem(404, "not_found"))
            #expect(try await cast.owner.delete(path).isProblem(404, "not_found"))
        }
    }
}
