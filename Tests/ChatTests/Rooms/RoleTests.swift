import TestSupport
import Testing

@testable import Chat

@Suite("Roles", .timeLimit(.standard))
struct RoleTests {
    /// A room with a person of each role.
    private struct Cast {
        let chat: TestChat
        let owner: User.ID
        let admin: User.ID
        let member: User.ID
        let room: Room.ID

        init(_ chat: TestChat) async throws {
            self.chat = chat
            owner = try await chat.person("ada")
            admin = try await chat.person("bob")
            member = try await chat.person("cem")
            room = try await chat.room(of: owner, with: [member])
            try await chat.add(admin, to: room, role: .admin, by: owner)
        }

        var rooms: Rooms { chat.store.rooms }

        subscript(role: Member.Role) -> User.ID {
            switch role {
            case .owner: owner
            case .admin: admin
            case .member: member
            }
        }

        func role(of user: User.ID) async throws -> Member.Role? {
            try await rooms.room(room, for: user).role
        }
    }

    private func withCast(_ body: (Cast) async throws -> Void) async throws {
        try await withChat { chat in try await body(try await Cast(chat)) }
    }

    @Test("Owners and admins may rename a room, members may not", arguments: Member.Role.allCases)
    func rename(role: Member.Role) async throws {
        try await withCast { cast in
            let refused = await refusal {
                try await cast.rooms.update(cast.room, name: "Renamed", topic: "", by: cast[role])
            }
            #expect(refused == (role == .member ? .forbidden : nil))
            let name = try await cast.rooms.room(cast.room, for: cast.owner).room.name
            #expect(name == (role == .member ? "Room" : "Renamed"))
        }
    }

    @Test("Only an owner may delete a room", arguments: Member.Role.allCases)
    func delete(role: Member.Role) async throws {
        try await withCast { cast in
            let refused = await refusal { try await cast.rooms.delete(cast.room, by: cast[role]) }
            #expect(refused == (role == .owner ? nil : .forbidden))
            let unseen = await refusal { try await cast.rooms.room(cast.room, for: cast.member) }
            #expect(unseen == (role == .owner ? .notFound : nil))
        }
    }

    @Test("Only an owner may change roles", arguments: Member.Role.allCases)
    func changeRole(role: Member.Role) async throws {
        try await withCast { cast in
            let refused = await refusal {
                try await cast.rooms.setRole(.admin, of: cast.member, in: cast.room, by: cast[role])
            }
            #expect(refused == (role == .owner ? nil : .forbidden))
            let newRole = try await cast.role(of: cast.member)
            #expect(newRole == (role == .owner ? .admin : .member))
        }
    }

    @Test("An admin may add members, but not admins")
    func adminAdds() async throws {
        try await withCast { cast in
            let (dora, eve) = (try await cast.chat.person("dora"), try await cast.chat.person("eve"))
            let refused = await refusal {
                try await cast.rooms.addMember(dora, to: cast.room, role: .admin, by: cast.admin)
            }
            #expect(refused == .forbidden)
            try await cast.chat.add(eve, to: cast.room, by: cast.admin)
            #expect(try await cast.role(of: eve) == .member)
        }
    }

    @Test(
        "Owners may remove anybody, admins only members, and members nobody",
        arguments: [
            (.owner, .admin, true), (.owner, .member, true), (.admin, .member, true), (.admin, .owner, false),
            (.member, .admin, false), (.member, .owner, false),
        ] as [(Member.Role, Member.Role, Bool)]
    )
    func remove(actor: Member.Role, other: Member.Role, isAllowed: Bool) async throws {
        try await withCast { cast in
            let refused = await refusal {
                try await cast.rooms.removeMember(cast[other], from: cast.room, by: cast[actor])
            }
            #expect(refused == (isAllowed ? nil : .forbidden))
            let unseen = await refusal { try await cast.rooms.room(cast.room, for: cast[other]) }
            #expect(unseen == (isAllowed ? .notFound : nil))
        }
    }

    @Test("Owners and admins may delete messages of others, members may not", arguments: Member.Role.allCases)
    func deleteMessage(role: Member.Role) async throws {
        try await withCast { cast in
            let author = role == .owner ? cast.member : cast.owner
            let message = try await cast.chat.say("Mine", in: cast.room, by: author)
            let refused = await refusal {
                try await cast.chat.store.messages.delete(message.id, in: cast.room, by: cast[role])
            }
            #expect(refused == (role == .member ? .forbidden : nil))
        }
    }

    @Test("Nobody may edit messages of others, not even the owner")
    func editOthers() async throws {
        try await withCast { cast in
            let message = try await cast.chat.say("Mine", in: cast.room, by: cast.member)
            let refused = await refusal {
                try await cast.chat.store.messages.edit(message.id, in: cast.room, body: "Yours", by: cast.owner)
            }
            #expect(refused == .forbidden)
        }
    }

    @Test("The last owner cannot give up the role")
    func lastOwner() async throws {
        try await withCast { cast in
            let giveUp = { try await cast.rooms.setRole(.member, of: cast.owner, in: cast.room, by: cast.owner) }
            #expect(await refusal(giveUp) == .conflict)
            _ = try await cast.rooms.setRole(.owner, of: cast.member, in: cast.room, by: cast.owner)
            #expect(await refusal(giveUp) == nil)
            #expect(try await cast.role(of: cast.owner) == .member)
        }
    }

    @Test("The role of a person who is not a member cannot be changed, nor can they be removed")
    func notAMember() async throws {
        try await withCast { cast in
            let dora = try await cast.chat.person("dora")
            let promotion = await refusal {
                try await cast.rooms.setRole(.admin, of: dora, in: cast.room, by: cast.owner)
            }
            #expect(promotion == .notFound)
            let removal = await refusal { try await cast.rooms.removeMember(dora, from: cast.room, by: cast.owner) }
            #expect(removal == .notFound)
        }
    }
}
