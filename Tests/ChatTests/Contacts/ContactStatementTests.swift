import TestSupport
import Testing

@testable import Chat

@Suite("Statements of invitations, bans and direct rooms, whatever the counts", .timeLimit(.standard))
struct ContactStatementTests {
    @Test("Invitations take four statements, with rooms, people and pictures")
    func invitations() async throws {
        try await withChat { chat in
            let people = try await chat.people(8)
            _ = try await chat.avatars(of: people)
            let (bob, inviters) = (people[0], people[1...])
            for inviter in inviters {
                let room = try await chat.room(of: inviter)
                _ = try await chat.store.rooms.addMember(bob, to: room, role: .member, by: inviter)
            }
            let ofPerson = try await chat.statements {
                let invitations = try await chat.store.rooms.invitations(of: bob)
                #expect(invitations.map(\.invitedBy.id) == inviters.reversed())
                #expect(invitations.allSatisfy { $0.user.id == bob && $0.room.memberCount == 1 })
                #expect(invitations.allSatisfy { $0.invitedBy.avatar?.variants == [.sample] })
            }
            #expect(ofPerson.count <= 4, "\(ofPerson)")
            let room = try await chat.room(of: bob)
            for person in inviters { _ = try await chat.store.rooms.addMember(person, to: room, role: .admin, by: bob) }
            let toRoom = try await chat.statements {
                let invitations = try await chat.store.rooms.invitations(to: room, for: bob)
                #expect(invitations.map(\.user.id) == inviters.reversed())
                #expect(invitations.allSatisfy { $0.room.id == room && $0.invitedBy.id == bob && $0.role == .admin })
                #expect(invitations.allSatisfy { $0.user.avatar?.variants == [.sample] })
            }
            #expect(toRoom.count <= 4, "\(toRoom)")
        }
    }

    @Test("A page of bans takes four statements, with people and pictures")
    func bans() async throws {
        try await withChat { chat in
            let people = try await chat.people(8)
            _ = try await chat.avatars(of: people)
            let room = try await chat.room(.public, of: people[0])
            for person in people[1...] { try await chat.store.rooms.ban(person, from: room, by: people[0]) }
            let statements = try await chat.statements {
                let page = try await chat.store.rooms.bans(from: room, limit: 6, for: people[0])
                #expect(page.hasMore && page.bans.map(\.user.id) == Array(people[1...].sorted().prefix(6)))
                #expect(page.bans.allSatisfy { $0.user.avatar?.variants == [.sample] && $0.bannedBy == people[0] })
            }
            #expect(statements.count <= 4, "\(statements)")
        }
    }

    @Test("Opening a direct room and writing in it take few statements")
    func directRoom() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            _ = try await chat.avatars(of: [ada, bob])
            func statements(_ work: () async throws -> Void) async throws -> Int {
                try await chat.statements(work).count
            }
            let open = { _ = try await chat.store.rooms.directRoom(of: ada, and: bob) }
            #expect(try await statements(open) <= 16)
            #expect(try await statements(open) <= 8)
            let room = try #require(try await chat.store.rooms.list(of: ada).first?.view.room.id)
            #expect(try await statements { try await chat.say("hello", in: room, by: ada) } <= 15)
            #expect(try await statements { try await chat.say("anybody?", in: room, by: ada) } <= 6)
            #expect(try await statements { try await chat.say("hello yourself", in: room, by: bob) } <= 10)
            #expect(try await statements { try await chat.say("so?", in: room, by: bob) } <= 6)
        }
    }

    @Test("After a limit is lowered, the least active requests end in a bounded number of statements")
    func loweredLimit() async throws {
        try await withChat { chat in
            let (ada, cem) = (try await chat.person("ada"), try await chat.person("cem"))
            var rooms: [Room.ID] = []
            for number in 0..<6 {
                let stranger = try await chat.person("stranger\(number)")
                rooms.append(try await chat.store.rooms.directRoom(of: stranger, and: ada).room.id)
                try await chat.say("buy this", in: rooms[number], by: stranger)
            }
            var limits = ChatLimits()
            limits.requestsPerPerson = 3
            let store = Store(limits: limits, now: chat.store.now, follower: chat.follower) { _ in chat.store.engine }
            let room = try await store.rooms.directRoom(of: cem, and: ada).room.id
            let before = chat.follower.events.count
            let statements = try await chat.statements {
                _ = try await store.messages.post(Draft(body: "hello"), in: room, by: cem)
            }
            #expect(statements.count { !$0.hasPrefix("INSERT INTO events") } <= 16, "\(statements)")
            #expect(try await store.rooms.list(of: ada).map(\.view.room.id) == [room, rooms[5], rooms[4]])
            let events = chat.follower.events.dropFirst(before)
            let left = ["member.left", "member.left", "member.left", "member.left"]
            #expect(events.map(\.kind) == left + ["member.joined", "message.created"])
            #expect(events.prefix(4).map(\.roomID) == rooms[..<4].reversed())
            #expect(
                try await chat.numbers("SELECT member_count FROM rooms ORDER BY member_count") == [1, 1, 1, 1, 2, 2, 2]
            )
            #expect(try await chat.number("SELECT count(*) FROM past_memberships WHERE joined_seq = 2") == 4)
        }
    }

    @Test("Only the newest four past memberships of a person are stored for each room")
    func pastMemberships() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let rooms = [try await chat.room(.public, of: ada), try await chat.room(.public, of: ada)]
            for room in rooms {
                for _ in 0..<6 {
                    _ = try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob)
                    try await chat.store.rooms.removeMember(bob, from: room, by: bob)
                }
            }
            for room in rooms {
                let sql = "SELECT left_seq FROM past_memberships WHERE user_id = ? AND room_id = ? ORDER BY left_seq"
                #expect(try await chat.numbers(sql, [bob, room]) == [7, 9, 11, 13])
            }
        }
    }
}
