import TestSupport
import Testing

@testable import Chat

@Suite("Posting", .timeLimit(.standard))
struct PostingTests {
    @Test("A message has its body, its sender and its time")
    func post() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let first = try await chat.say("one", in: room, by: ada)
            let reply = Draft(body: "two", replyTo: first.id)
            let message = try await chat.store.messages.post(reply, in: room, by: ada).message
            #expect(message.sender == Message.Sender(id: ada, displayName: "ada", avatar: nil))
            #expect(message.createdAt == chat.clock.now)
            #expect(message.replyTo == first.id)
            #expect(message.seq == first.seq + 1)
            #expect(try await chat.store.rooms.room(room, for: ada).room.lastSeq == message.seq)
            #expect(try await chat.store.messages.message(message.id, in: room, for: ada) == message)
        }
    }

    @Test("A draft must have visible content within the limits")
    func drafts() async throws {
        let limits = ChatLimits()
        let file = Attachment.ID.random()
        let bad = [
            Draft(body: ""), Draft(body: " \n\t"), Draft(body: "\u{0}\u{200B}"), Draft(body: " \n\u{3000}"),
            Draft(body: "\u{200B}\u{2060}"),
            Draft(body: String(repeating: "é", count: 1025)), Draft(body: "", attachmentIDs: [file, file]),
            Draft(body: "", attachmentIDs: (0..<11).map { _ in .random() }),
        ]
        for draft in bad { #expect(throws: Refusal.self) { _ = try draft.checked(limits) } }
        let good = [
            Draft(body: "a"), Draft(body: "", attachmentIDs: [file]), Draft(body: String(repeating: "é", count: 1024)),
            Draft(body: "", attachmentIDs: (0..<10).map { _ in .random() }),
        ]
        for draft in good { #expect(throws: Never.self) { _ = try draft.checked(limits) } }
    }

    @Test("A reply must refer to a message of the same room")
    func replyTo() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (here, there) = (try await chat.room(of: ada), try await chat.room(of: ada))
            let elsewhere = try await chat.say("there", in: there, by: ada)
            for id in [elsewhere.id, .random()] {
                let draft = Draft(body: "re", replyTo: id)
                #expect(await refusal { try await chat.store.messages.post(draft, in: here, by: ada) } == .invalid)
            }
        }
    }

    @Test("I7: Only members may post")
    func strangers() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let open = try await chat.room(.public, of: ada)
            #expect(await refusal { try await chat.say("hi", in: open, by: bob) } == .notFound)
            #expect(await refusal { try await chat.say("hi", in: .random(), by: bob) } == .notFound)
        }
    }

    @Test("I2: Concurrent writers leave no gaps in the numbers of rooms or in the log")
    func concurrentWriters() async throws {
        try await withChat { chat in
            let people = try await chat.people(8)
            var rooms: [Room.ID] = []
            for _ in 0..<3 { rooms.append(try await chat.room(.public, of: people[0], with: Array(people[1...]))) }
            try await withThrowingTaskGroup { group in
                for (number, person) in people.enumerated() {
                    group.addTask { [rooms] in
                        for step in 0..<40 {
                            try await chat.say("\(step)", in: rooms[(number + step) % 3], by: person)
                        }
                    }
                }
                try await group.waitForAll()
            }
            for room in rooms {
                let last = Int64(try await chat.number("SELECT last_seq FROM rooms WHERE id = ?", [room]))
                #expect(
                    try await chat.numbers("SELECT seq FROM events WHERE room_id = ? ORDER BY position", [room])
                        == Array(1...last)
                )
            }
            let positions = try await chat.numbers("SELECT position FROM events ORDER BY position")
            #expect(positions == Array(1...Int64(positions.count)))
            #expect(chat.follower.events.map(\.position) == positions)
            #expect(try await chat.number("SELECT count(*) FROM messages") == 320)
        }
    }
}
