import TestSupport
import Testing

@testable import Chat

@Suite("The list of rooms", .timeLimit(.standard))
struct RoomListTests {
    @Test("The newest activity comes first, and a message moves its room up")
    func order() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            var rooms: [Room.ID] = []
            for _ in 0..<3 {
                chat.clock.advance(by: .seconds(1))
                rooms.append(try await chat.room(of: ada))
            }
            #expect(try await chat.store.rooms.list(of: ada).map(\.view.room.id) == rooms.reversed())
            chat.clock.advance(by: .seconds(1))
            try await chat.say("up", in: rooms[0], by: ada)
            #expect(try await chat.store.rooms.list(of: ada).map(\.view.room.id) == [rooms[0], rooms[2], rooms[1]])
        }
    }

    @Test("A clock that was three days ahead once does not keep a room at the top")
    func clockSetBack() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let rooms = [try await chat.room(of: ada), try await chat.room(of: ada)]
            chat.clock.advance(by: .seconds(3 * 86_400))
            try await chat.say("from the future", in: rooms[0], by: ada)
            chat.clock.advance(by: .seconds(-3 * 86_400))
            try await chat.say("now", in: rooms[1], by: ada)
            #expect(try await chat.store.rooms.list(of: ada).map(\.view.room.id) == [rooms[1], rooms[0]])
            let newest = try await chat.room(of: ada)
            #expect(try await chat.store.rooms.list(of: ada).map(\.view.room.id) == [newest, rooms[1], rooms[0]])
        }
    }

    @Test("A listed room has its last message, or none without messages")
    func lastMessage() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada)
            #expect(try await chat.store.rooms.list(of: ada).first?.lastMessage == nil)
            try await chat.say("one", in: room, by: ada)
            let last = try await chat.say("two", in: room, by: ada)
            // Other events after it do not hide it.
            _ = try await chat.add(bob, to: room, role: .member, by: ada)
            #expect(try await chat.store.rooms.list(of: ada).first?.lastMessage == last)
        }
    }

    @Test("Unread messages are those of others since one joined, without deleted ones")
    func unread() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada)
            try await chat.say("before bob", in: room, by: ada)
            _ = try await chat.add(bob, to: room, role: .member, by: ada)
            #expect(try await chat.store.rooms.list(of: bob).map(\.unreadCount) == [0])
            for number in 0..<5 { try await chat.say("\(number)", in: room, by: ada) }
            let deleted = try await chat.say("oops", in: room, by: ada)
            try await chat.store.messages.delete(deleted.id, in: room, by: ada)
            try await chat.say("mine", in: room, by: bob)
            #expect(try await chat.store.rooms.list(of: bob).map(\.unreadCount) == [5])
            #expect(try await chat.store.rooms.list(of: ada).map(\.unreadCount) == [1])
        }
    }

    @Test("A deleted last message is still the last one, and not unread")
    func deletedLastMessage() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let message = try await chat.say("Oops", in: room, by: ada)
            try await chat.store.messages.delete(message.id, in: room, by: ada)
            let listed = try #require(try await chat.store.rooms.list(of: bob).first)
            #expect(listed.unreadCount == 0)
            #expect(listed.lastMessage?.id == message.id)
            #expect(listed.lastMessage?.body == "")
        }
    }
}
