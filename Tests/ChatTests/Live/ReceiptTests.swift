import TestSupport
import Testing

@testable import Chat

@Suite("Receipts", .timeLimit(.standard))
struct ReceiptTests {
    @Test("A receipt only moves forward, and a read message counts as delivered")
    func forward() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(of: people[0], with: [people[1]])
            for _ in 0..<4 { try await chat.say("x", in: room, by: people[0]) }
            let user = people[1]
            let delivered = try await chat.consequences {
                try await chat.store.rooms.markDelivered([.init(room: room, user: user, seq: 4)])
            }
            #expect(delivered.receipts == [Receipt(roomID: room, userID: user, deliveredSeq: 4, readSeq: 2)])
            let read = try await chat.consequences { try await chat.store.rooms.markRead(room, upTo: 5, by: user) }
            #expect(read.receipts == [Receipt(roomID: room, userID: user, deliveredSeq: 5, readSeq: 5)])
            for seq in [0, 4, 5] as [Int64] {
                let again = try await chat.consequences {
                    try await chat.store.rooms.markRead(room, upTo: seq, by: user)
                }
                #expect(again.receipts.isEmpty)
                let late = try await chat.consequences {
                    try await chat.store.rooms.markDelivered([.init(room: room, user: user, seq: seq)])
                }
                #expect(late.receipts.isEmpty)
            }
            let members = try await chat.store.rooms.members(of: room, for: user)
            #expect(members.map(\.readSeq).sorted() == [1, 5])
        }
    }

    @Test("Only existing events can be marked as read, and only by members")
    func refused() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(.public, of: people[0])
            for seq in [-1, 2, .max] as [Int64] {
                #expect(
                    await refusal { try await chat.store.rooms.markRead(room, upTo: seq, by: people[0]) } == .invalid
                )
            }
            #expect(await refusal { try await chat.store.rooms.markRead(room, upTo: 1, by: people[1]) } == .notFound)
            let followed = try await chat.consequences {
                try await chat.store.rooms.markDelivered([.init(room: room, user: people[1], seq: 1)])
            }
            #expect(followed.receipts.isEmpty)
        }
    }

    @Test("Read messages no longer count as unread")
    func unread() async throws {
        try await withChat { chat in
            let people = try await chat.people(2)
            let room = try await chat.room(of: people[0], with: [people[1]])
            for _ in 0..<3 { try await chat.say("x", in: room, by: people[0]) }
            let unread = { try await chat.store.rooms.list(of: people[1]).first?.unreadCount }
            #expect(try await unread() == 3)
            try await chat.store.rooms.markRead(room, upTo: 4, by: people[1])
            #expect(try await unread() == 1)
        }
    }

    @Test("I8: Many receipts are written in small batches")
    func manyAtOnce() async throws {
        try await withChat { chat in
            let people = try await chat.people(100)
            let rooms = [
                try await chat.room(of: people[0], with: Array(people[1...])), try await chat.room(of: people[0]),
            ]
            try await chat.say("x", in: rooms[0], by: people[0])
            let places = people.map { Rooms.DeliveryPosition(room: rooms[0], user: $0, seq: 101) }
            let followed = try await chat.consequences { try await chat.store.rooms.markDelivered(places + places) }
            #expect(followed.receipts.count == 100)
        }
    }
}
