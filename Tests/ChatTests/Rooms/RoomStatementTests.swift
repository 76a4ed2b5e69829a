import TestSupport
import Testing

@testable import Chat

@Suite("Statements of rooms and members, whatever the counts", .timeLimit(.standard))
struct RoomStatementTests {
    @Test("A list of rooms takes four statements, with last messages, pictures and unread counts")
    func list() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            var expected: [(room: Room.ID, last: Message, unread: Int)] = []
            for number in 0..<5 {
                let room = try await chat.room(of: ada, with: [bob])
                for _ in 0..<number { try await chat.say("more", in: room, by: ada) }
                let pictures = [try await chat.picture(by: ada), try await chat.picture(by: ada)]
                expected.append((room, try await chat.say("look", pictures, in: room, by: ada), number + 1))
            }
            let statements = try await chat.statements {
                let rooms = try await chat.store.rooms.list(of: bob)
                #expect(rooms.map(\.view.room.id) == expected.reversed().map(\.room))
                #expect(rooms.map(\.lastMessage) == expected.reversed().map(\.last))
                #expect(rooms.map(\.unreadCount) == expected.reversed().map(\.unread))
                #expect(rooms.allSatisfy { $0.lastMessage?.attachments.map(\.variants.count) == [1, 1] })
            }
            #expect(statements.count <= 4, "\(statements)")
        }
    }

    @Test("Unread messages are counted up to the limit")
    func unreadLimit() async throws {
        var limits = ChatLimits()
        limits.unreadCounted = 3
        try await withChat(limits: limits) { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            for _ in 0..<5 { try await chat.say("x", in: room, by: ada) }
            #expect(try await chat.store.rooms.list(of: bob).map(\.unreadCount) == [3])
        }
    }

    @Test("The members of a room take three statements, with their pictures")
    func members() async throws {
        try await withChat { chat in
            let people = try await chat.people(9)
            let room = try await chat.room(of: people[0], with: Array(people[1..<8]))
            let pictures = try await chat.avatars(of: Array(people[..<6]))
            try await chat.store.people.block(people[1], by: people[2])
            let statements = try await chat.statements {
                let members = try await chat.store.rooms.members(of: room, for: people[1])
                #expect(members.count == 8)
                #expect(Set(members.compactMap(\.user.avatar?.id)) == pictures)
                #expect(members.allSatisfy { $0.user.avatar.map { $0.variants == [.sample] } ?? true })
                #expect(members.filter { !$0.showsActivity }.map(\.user.id) == [people[2]])
            }
            #expect(statements.count <= 3, "\(statements)")
            #expect(await refusal { try await chat.store.rooms.members(of: room, for: people[8]) } == .notFound)
        }
    }

    @Test("Members of several rooms, and rooms, are loaded together")
    func loaders() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let (ada, bob, cem) = (people[0], people[1], people[2])
            let rooms = [try await chat.room(of: ada, with: [bob]), try await chat.room(of: bob)]
            let deleted = try await chat.room(of: ada)
            try await chat.store.rooms.delete(deleted, by: ada)
            _ = try await chat.avatars(of: [ada, bob])
            let keys: [(room: Room.ID, user: User.ID)] = [
                (rooms[0], ada), (rooms[0], bob), (rooms[1], bob), (rooms[1], cem), (deleted, ada),
            ]
            let statements = try await chat.statements {
                let members = try await chat.store.read { try $0.members(of: keys) }
                #expect(Set(members.keys) == Set(keys.prefix(3).map { Member.Key(room: $0.room, user: $0.user) }))
                #expect(members.allSatisfy { key, member in member.user.id == key.user })
                #expect(members.values.allSatisfy { $0.user.avatar?.variants == [.sample] })
                #expect(members[.init(room: rooms[0], user: ada)]?.role == .owner)
                #expect(members[.init(room: rooms[0], user: bob)]?.role == .member)
                #expect(members[.init(room: rooms[1], user: bob)]?.role == .owner)
            }
            #expect(statements.count <= 2, "\(statements)")
            let loaded = try await chat.store.read { try $0.rooms(rooms + [deleted]) }
            #expect(Set(loaded.keys) == Set(rooms))
            #expect(loaded.allSatisfy { $0.value.id == $0.key })
            let none = try await chat.statements {
                let members = try await chat.store.read { try $0.members(of: []) }
                let rooms = try await chat.store.read { try $0.rooms([]) }
                #expect(members.isEmpty && rooms.isEmpty)
            }
            #expect(none.isEmpty)
        }
    }

    @Test("Delivered receipts take two statements per hundred")
    func delivered() async throws {
        try await withChat { chat in
            let people = try await chat.people(100)
            let room = try await chat.room(of: people[0], with: Array(people[1...]))
            let second = try await chat.room(of: people[0], with: Array(people[1..<60]))
            try await chat.say("x", in: room, by: people[0])
            try await chat.say("x", in: second, by: people[0])
            let everybody =
                people.map { Rooms.DeliveryPosition(room: room, user: $0, seq: 101) }
                + people[..<60].map { Rooms.DeliveryPosition(room: second, user: $0, seq: 61) }
            let statements = try await chat.statements { try await chat.store.rooms.markDelivered(everybody) }
            #expect(statements.count <= 4, "\(statements)")
            #expect(try await chat.number("SELECT count(*) FROM members WHERE delivered_seq IN (61, 101)") == 160)
        }
    }

    @Test("Of several positions of one member the farthest counts, and a room does not take another's")
    func farthest() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let rooms = [try await chat.room(of: ada, with: [bob]), try await chat.room(of: ada, with: [bob])]
            for _ in 0..<4 { try await chat.say("x", in: rooms[0], by: ada) }
            let followed = try await chat.consequences {
                try await chat.store.rooms.markDelivered([
                    .init(room: rooms[0], user: bob, seq: 4), .init(room: rooms[0], user: bob, seq: 6),
                    .init(room: rooms[0], user: bob, seq: 5), .init(room: rooms[1], user: ada, seq: 2),
                    .init(room: rooms[1], user: bob, seq: 1),
                ])
            }
            let expected = [
                Receipt(roomID: rooms[0], userID: bob, deliveredSeq: 6, readSeq: 2),
                Receipt(roomID: rooms[1], userID: ada, deliveredSeq: 2, readSeq: 1),
            ]
            #expect(followed.receipts.count == 2)
            #expect(expected.allSatisfy(followed.receipts.contains))
        }
    }

    @Test("Leaving takes as many statements for a room of fifty as for one of three")
    func leaving() async throws {
        try await withChat { chat in
            let people = try await chat.people(50)
            var counts: [Int] = []
            for members in [people[1..<3], people[1...]] {
                let room = try await chat.room(of: people[0], with: Array(members))
                let statements = try await chat.statements {
                    try await chat.store.rooms.removeMember(people[0], from: room, by: people[0])
                }
                counts.append(statements.count)
                #expect(try await chat.store.rooms.members(of: room, for: people[1]).count == members.count)
                #expect(chat.follower.kinds(in: room).suffix(2) == ["member.left", "member.updated"])
            }
            #expect(counts[0] == counts[1] && counts[0] <= 16, "\(counts)")
        }
    }

    @Test("Deleting a room takes as many statements for fifty members as for one")
    func deleting() async throws {
        try await withChat { chat in
            let people = try await chat.people(50)
            var counts: [Int] = []
            for members in [[], people[1...]] {
                let room = try await chat.room(of: people[0], with: Array(members))
                let statements = try await chat.statements {
                    try await chat.store.rooms.delete(room, by: people[0])
                }
                counts.append(statements.count)
            }
            #expect(counts[0] == counts[1] && counts[0] <= 12, "\(counts)")
            #expect(try await chat.number("SELECT count(*) FROM members") == 0)
            #expect(try await chat.number("SELECT count(*) FROM past_memberships") == 51)
        }
    }
}

extension TestChat {
    /// Gives each of these people a picture with its variants.
    func avatars(of people: [User.ID]) async throws -> Set<Attachment.ID> {
        var pictures: Set<Attachment.ID> = []
        for person in people {
            var changes = UserChanges()
            let picture = try await picture(by: person)
            changes.avatar = .attachment(picture)
            _ = try await store.people.update(person, changes)
            pictures.insert(picture)
        }
        return pictures
    }
}
