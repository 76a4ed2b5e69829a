import TestSupport
import Testing

@testable import Chat

@Suite("Events replayed to a former member", .timeLimit(.standard))
struct FormerMemberTests {
    private func events(_ chat: TestChat, of user: User.ID, after position: Int64) async throws -> [Event]? {
        let cursor = Cursor(epoch: chat.store.epoch, position: position)
        return try await chat.store.events.resumeSnapshot(for: user, after: cursor).missed?.events
    }

    /// A room that Bob is removed from after a message with a picture and one without.
    struct Fixture {
        let chat: TestChat
        let (ada, bob): (User.ID, User.ID)
        let room: Room.ID
        let picture: Attachment.ID
        let message: Message
        /// Before the message.
        let cursor: Int64

        static func with(_ body: (Fixture) async throws -> Void) async throws {
            try await withChat { chat in
                let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
                let room = try await chat.room(of: ada, with: [bob])
                let cursor = try chat.store.positionOfLog()
                let picture = try await chat.upload(.image, by: ada)
                let message = try await chat.say("first words", [picture], in: room, by: ada)
                try await chat.say("more", in: room, by: ada)
                try await chat.store.rooms.removeMember(bob, from: room, by: ada)
                let fixture = Fixture(
                    chat: chat,
                    ada: ada,
                    bob: bob,
                    room: room,
                    picture: picture,
                    message: message,
                    cursor: cursor
                )
                try await body(fixture)
            }
        }

        var store: Store { chat.store }
    }

    @Test("Events of the membership are replayed as they were when it ended")
    func unchanged() async throws {
        try await Fixture.with { fixture in
            let events = try #require(try await events(fixture.chat, of: fixture.bob, after: fixture.cursor))
            #expect(events.map(\.kind) == ["message.created", "message.created", "member.left"])
        }
    }

    enum Later: CaseIterable {
        case edited, deleted, rendered, failed, roomDeleted

        fileprivate func act(_ fixture: Fixture) async throws {
            let (store, id, room, ada) = (fixture.store, fixture.message.id, fixture.room, fixture.ada)
            switch self {
            case .edited: _ = try await store.messages.edit(id, in: room, body: "other words", by: ada)
            case .deleted: try await store.messages.delete(id, in: room, by: ada)
            case .rendered: _ = try await store.renderings.finish(fixture.picture, variants: [.sample])
            case .failed: _ = try await store.renderings.recordFailure(fixture.picture, .sample(.picture))
            case .roomDeleted: try await store.rooms.delete(room, by: ada)
            }
        }
    }

    @Test(
        "I7: If a replay would reveal a change after they left, nothing is replayed, whatever the clock says",
        arguments: Later.allCases
    )
    func changedLater(later: Later) async throws {
        for seconds in [1, 0, -3600] {
            try await Fixture.with { fixture in
                fixture.chat.clock.advance(by: .seconds(seconds))
                try await later.act(fixture)
                #expect(try await events(fixture.chat, of: fixture.bob, after: fixture.cursor) == nil)
                // Their leaving alone reveals nothing of what came later.
                let leaving = try await events(fixture.chat, of: fixture.bob, after: fixture.cursor + 2)
                #expect(leaving?.map(\.kind) == ["member.left"])
                // Members receive the events with things as they are now.
                #expect(try await events(fixture.chat, of: fixture.ada, after: fixture.cursor) != nil)
            }
        }
    }

    @Test("I7: A retry of a picture after they left is not visible to them")
    func retriedLater() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let cursor = try chat.store.positionOfLog()
            let picture = try await chat.upload(.image, by: ada)
            try await chat.say("", [picture], in: room, by: ada)
            _ = try await chat.store.renderings.recordFailure(picture, .sample(.picture))
            try await chat.store.rooms.removeMember(bob, from: room, by: ada)
            #expect(try await events(chat, of: bob, after: cursor)?.count == 3)
            _ = try await chat.store.renderings.retry(picture, by: ada)
            #expect(try await events(chat, of: bob, after: cursor) == nil)
        }
    }

    @Test("Changes made before the end of the membership are replayed")
    func changedBefore() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(of: ada, with: [bob])
            let cursor = try chat.store.positionOfLog()
            let message = try await chat.say("first words", in: room, by: ada)
            _ = try await chat.store.messages.edit(message.id, in: room, body: "other words", by: ada)
            try await chat.store.messages.delete(message.id, in: room, by: ada)
            try await chat.store.rooms.removeMember(bob, from: room, by: ada)
            let events = try #require(try await events(chat, of: bob, after: cursor))
            #expect(
                events.map(\.kind) == ["message.created", "message.edited", "message.deleted", "member.left"]
            )
        }
    }

    @Test("I8: Only the last memberships of somebody who was removed and added a hundred times are replayed")
    func manyTimes() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada, with: [bob])
            let cursor = try chat.store.positionOfLog()
            for _ in 0..<100 {
                try await chat.store.rooms.removeMember(bob, from: room, by: bob)
                _ = try await chat.store.rooms.addMember(bob, to: room, role: .member, by: bob)
            }
            let last = try await chat.say("still here", in: room, by: ada)
            let events = try #require(try await events(chat, of: bob, after: cursor))
            #expect(events.count == 2 * MissedEvents.maxPastMembershipsPerRoom + 2)
            #expect(events.first?.kind == "member.joined")
            #expect(events.last?.seq == last.seq)
            let kept = try await chat.number("SELECT count(*) FROM past_memberships WHERE user_id = ?", [bob])
            #expect(kept == MissedEvents.maxPastMembershipsPerRoom)
        }
    }
}
