import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Cursors and ids as text", .timeLimit(.standard))
struct CursorTests {
    @Test("I2: A cursor survives a round trip")
    func roundTrip() {
        for position in [0, 1, Int64.max] {
            let cursor = Cursor(epoch: "a1b2c3d4", position: position)
            #expect(Cursor(cursor.description) == cursor)
            let sent = Cursor(epoch: "a1b2c3d4", position: position, signals: .max)
            #expect(Cursor(sent.description) == sent)
        }
    }

    @Test(
        "I2: A malformed cursor is rejected",
        arguments: [
            "", ".", "a", "a.", ".1", "a.-1", "a.1.", "a.1.x", "a.1.2.3", "a.x", "a.9223372036854775808",
        ]
    )
    func garbled(text: String) {
        #expect(Cursor(text) == nil)
    }

    @Test(
        "An id has only one text form",
        arguments: [
            "", "0191d3c4-7b8e-7000-8000-00000000000", "0191D3C4-7B8E-7000-8000-000000000000",
            "0191d3c47b8e70008000000000000000", "0191d3c4-7b8e-7000-8000-0000000000001",
            "{191d3c4-7b8e-7000-8000-0000000000}",
        ]
    )
    func badID(text: String) {
        #expect(Room.ID(text) == nil)
    }

    @Test("Ids of version 7 begin with their time and are ordered by it")
    func timedID() throws {
        let time = Timestamp(milliseconds: 1_800_000_000_123)
        let id = Room.ID.make(at: time)
        #expect(Room.ID(id.description) == id)
        #expect(UInt64(id.description.filter { $0 != "-" }.prefix(12), radix: 16) == 1_800_000_000_123)
        #expect(id.description.dropFirst(14).first == "7")
        #expect("89ab".contains(try #require(id.description.dropFirst(19).first)))
        #expect(id.description < Room.ID.make(at: time + .milliseconds(1)).description)
    }

    @Test("The log stores only ids of what happened, without contents")
    func references() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let message = try await chat.say("secret", in: room, by: ada)
            #expect(
                chat.follower.events.map(\.logged.reference) == [
                    #"{"user_id":"\#(ada)","role":"owner"}"#, #"{"message_id":"\#(message.id)"}"#,
                ]
            )
        }
    }
}
