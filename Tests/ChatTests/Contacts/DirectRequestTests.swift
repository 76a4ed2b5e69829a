import GRDB
import TestSupport
import Testing

@testable import Chat

@Suite("Direct requests", .timeLimit(.standard))
struct DirectRequestTests {
    @Test("I7: The recipient sees nothing of the room before the first message, and everything from then on")
    func firstMessage() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let start = Cursor(epoch: chat.store.epoch, position: try chat.store.positionOfLog())
            let room = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            #expect(try await chat.store.rooms.list(of: ada).map(\.view.otherID) == [bob])
            #expect(try await chat.store.rooms.list(of: bob).isEmpty)
            #expect(await refusal { try await chat.store.rooms.room(room, for: bob) } == .notFound)
            #expect(try await chat.store.events.resumeSnapshot(for: bob, after: start).missed?.events.isEmpty == true)
            try await chat.say("hello", in: room, by: ada)
            try await chat.say("anybody?", in: room, by: ada)
            let live = try await chat.store.events.resumeSnapshot(for: bob, after: start)
            #expect(live.missed?.events.map(\.kind) == ["member.joined", "message.created", "message.created"])
            #expect(live.missed?.events.map(\.seq) == [2, 3, 4])
            #expect(live.rooms == [room])
            let listed = try #require(try await chat.store.rooms.list(of: bob).first)
            #expect(listed.unreadCount == 2)
            #expect(listed.view.isPending)
            #expect(listed.view.role == .owner)
            #expect(try await chat.store.messages.page(of: room, at: .newest, limit: 10, for: bob).messages.count == 2)
        }
    }

    @Test("I8: Direct requests of a thousand strangers keep nobody from writing")
    func flood() async throws {
        var limits = ChatLimits()
        (limits.roomsPerPerson, limits.requestsPerPerson) = (4, 3)
        try await withChat(limits: limits) { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let friends = try await chat.directRoom(of: bob, and: ada)
            var flood: [Room.ID] = []
            for number in 0..<20 {
                let stranger = try await chat.person("stranger\(number)")
                flood.append(try await chat.store.rooms.directRoom(of: stranger, and: ada).room.id)
                try await chat.say("buy this", in: flood[number], by: stranger)
            }
            // The newest are there, and the one that was answered.
            let expected = flood.suffix(3).reversed() + [friends]
            #expect(try await chat.store.rooms.list(of: ada).map(\.view.room.id) == expected)
            for _ in 0..<3 { _ = try await chat.room(of: ada) }
            #expect(await refusal { try await chat.room(of: ada) } == .conflict)
            try await chat.say("still here", in: friends, by: bob)
            // What gave way comes back with its next message.
            let first = try await chat.store.rooms.members(of: flood[0], for: chat.owner(of: flood[0]))[0].user.id
            try await chat.say("buy more", in: flood[0], by: first)
            #expect(try await chat.store.rooms.list(of: ada).first?.view.room.id == flood[0])
            #expect(try await chat.number("SELECT count(*) FROM members WHERE user_id = ?", [ada]) == 7)
        }
    }

    @Test("Rooms to which a person was added do not count as their own either")
    func addedRooms() async throws {
        var limits = ChatLimits()
        (limits.roomsPerPerson, limits.requestsPerPerson) = (2, 1)
        try await withChat(limits: limits) { chat in
            let people = try await chat.people(4)
            let (ada, others) = (people[0], people[1...])
            for other in others {
                let lobby = try await chat.room(.public, of: other)
                _ = try await chat.store.rooms.addMember(ada, to: lobby, role: .member, by: ada)
                _ = try await chat.store.rooms.addMember(ada, to: chat.room(of: other), role: .member, by: other)
                try await chat.store.rooms.removeMember(ada, from: lobby, by: ada)
            }
            for _ in 0..<2 { _ = try await chat.room(of: ada) }
            // What others may bring somebody into has a limit of its own.
            let last = try await chat.store.rooms.list(of: ada, hidden: false).count
            #expect(last == 5)
        }
    }

    @Test("I8: A person in very many unanswered rooms still gets direct requests, and is invited to further rooms")
    func addedToMany() async throws {
        var limits = ChatLimits()
        (limits.roomsPerPerson, limits.requestsPerPerson) = (4, 1)
        try await withChat(limits: limits) { chat in
            let people = try await chat.people(4)
            let (ada, bob) = (people[0], people[1])
            _ = try await chat.room(.public, of: ada, with: Array(people[1...]))
            for owner in [people[2], people[2], people[2], people[3], people[3]] {
                _ = try await chat.room(of: owner, with: [ada])
            }
            let friends = try await chat.store.rooms.directRoom(of: bob, and: ada).room.id
            try await chat.say("hello", in: friends, by: bob)
            #expect(try await chat.store.rooms.list(of: ada).contains { $0.view.room.id == friends })
            let group = try await chat.room(of: bob)
            guard case .invited = try await chat.store.rooms.addMember(ada, to: group, role: .member, by: bob).value
            else {
                Issue.record("Ada was not asked")
                return
            }
            #expect(try await chat.store.rooms.accept(group, by: ada).room.id == group)
        }
    }

    @Test("Writing in the room accepts it")
    func answering() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            try await chat.say("hello", in: room, by: ada)
            let before = chat.follower.events.count
            try await chat.say("hello yourself", in: room, by: bob)
            #expect(chat.follower.events.dropFirst(before).map(\.kind) == ["member.updated", "message.created"])
            #expect(try await chat.store.rooms.room(room, for: bob).isPending == false)
            try await chat.say("again", in: room, by: bob)
            #expect(chat.follower.events.count == before + 3)
        }
    }

    @Test("Opening the room from the other side, or accepting it, accepts it too", arguments: [true, false])
    func accepting(byOpening: Bool) async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            if !byOpening {
                #expect(await refusal { try await chat.store.rooms.accept(room, by: bob) } == .notFound)
            }
            try await chat.say("hello", in: room, by: ada)
            for _ in 0..<2 {
                let view: RoomView
                if byOpening {
                    view = try await chat.store.rooms.directRoom(of: bob, and: ada).value
                } else {
                    view = try await chat.store.rooms.accept(room, by: bob).value
                }
                #expect(view.room.id == room && !view.isPending)
            }
            #expect(chat.follower.kinds(in: room).count { $0 == "member.updated" } == 1)
        }
    }

    @Test("I7: A stranger sees no receipts before an answer")
    func receipts() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            let message = try await chat.say("hello", in: room, by: ada)
            let cursor = Cursor(epoch: chat.store.epoch, position: try chat.store.positionOfLog())
            try await chat.store.rooms.markRead(room, upTo: message.seq, by: bob)
            let seen = { try await chat.store.rooms.members(of: room, for: ada).first { $0.user.id == bob } }
            #expect(try await seen()?.readSeq == message.seq - 1)
            #expect(try await seen()?.showsActivity == false)
            #expect(try await chat.store.people.user(bob, for: ada).showsPresence == false)
            #expect(try await chat.store.events.resumeSnapshot(for: ada, after: cursor).missed?.receipts == [])
            #expect(try await chat.store.events.resumeSnapshot(for: ada).pending == [room: [bob]])
            // Own devices have to know.
            #expect(try await chat.store.events.resumeSnapshot(for: bob, after: cursor).missed?.receipts.count == 1)
            _ = try await chat.store.rooms.accept(room, by: bob)
            #expect(try await seen()?.readSeq == message.seq)
            #expect(try await chat.store.people.user(bob, for: ada).showsPresence)
            let receipts = try await chat.store.events.resumeSnapshot(for: ada, after: cursor).missed?.receipts
            #expect(receipts?.map(\.readSeq) == [message.seq])
            #expect(try await chat.store.events.resumeSnapshot(for: ada).pending == [:])
        }
    }

    @Test("People who share a room see each other in their direct room from the start")
    func acquainted() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            _ = try await chat.room(.public, of: ada, with: [bob])
            #expect(try await chat.store.rooms.acquaintance(of: ada, with: bob).kind == .sharedRoom)
            let room = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            #expect(try await chat.store.rooms.acquaintance(of: bob, with: ada).kind == .directRoom)
            try await chat.say("hello", in: room, by: ada)
            #expect(try await chat.store.rooms.room(room, for: bob).isPending == false)
            #expect(try await chat.store.rooms.members(of: room, for: ada).allSatisfy(\.showsActivity))
        }
    }

    @Test("A hidden room is missing from that person's list only, until the next message")
    func hiding() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.directRoom(of: ada, and: bob)
            try await chat.store.rooms.setHidden(true, room, of: bob)
            #expect(try await chat.store.rooms.list(of: bob).isEmpty)
            #expect(try await chat.store.rooms.list(of: bob, hidden: true).map(\.view.room.id) == [room])
            #expect(try await chat.store.rooms.list(of: ada).count == 1)
            try await chat.store.rooms.setHidden(false, room, of: bob)
            #expect(try await chat.store.rooms.list(of: bob).count == 1)
            try await chat.store.rooms.setHidden(true, room, of: bob)
            try await chat.say("look", in: room, by: ada)
            #expect(try await chat.store.rooms.list(of: bob).count == 1)
            #expect(try await chat.store.rooms.list(of: bob, hidden: true).isEmpty)
            let group = try await chat.room(of: ada)
            #expect(await refusal { try await chat.store.rooms.setHidden(true, group, of: ada) } == .conflict)
            #expect(await refusal { try await chat.store.rooms.setHidden(true, group, of: bob) } == .notFound)
        }
    }
}

extension TestChat {
    fileprivate func owner(of room: Room.ID) async throws -> User.ID {
        try await store.pool.read { db in
            let sql = "SELECT user_id FROM members WHERE room_id = ? LIMIT 1"
            return try #require(try User.ID.fetchOne(db, sql: sql, arguments: [room]))
        }
    }
}
