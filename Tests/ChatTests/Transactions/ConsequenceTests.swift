import Synchronization
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Consequences of commits", .timeLimit(.standard))
struct ConsequenceTests {
    /// Reports each call to `follow`, and returns from it when the test says so.
    private final class HeldFollower: ConsequenceFollower {
        let entered = AsyncStream.makeStream(of: Void.self)
        let released = AsyncStream.makeStream(of: Void.self)
        private let steps = Mutex<[String]>([])

        func publish(_ events: [Event]) {}
        func noteActivity(of user: User.ID) {}

        func follow(_ consequences: Consequences) async {
            entered.continuation.yield()
            for await _ in released.stream { break }
            note(Task.isCancelled ? "cancelled" : "followed")
        }

        func note(_ step: String) {
            steps.withLock { $0.append(step) }
        }

        /// Steps in their order.
        var taken: [String] { steps.withLock { $0 } }
    }

    private struct Refused: Error {}

    private func withHeldStore(_ body: (Store, HeldFollower, Session) async throws -> Void) async throws {
        try await withFolder { folder in
            let database = try OpenDatabase(path: folder + "/snug.sqlite", role: .server, synchronous: .normal)
            let follower = HeldFollower()
            let store = Store(database, follower: follower)
            let ada = try await store.people.create(username: "ada", displayName: "Ada", passwordHash: "hash").id
            let made = try await store.people.createSession(for: ada)
            try await body(store, follower, made.session)
        }
    }

    @Test("An operation is answered when its consequences have been followed")
    func awaited() async throws {
        try await withHeldStore { store, follower, session in
            try await withThrowingTaskGroup { group in
                group.addTask {
                    try await store.people.deleteSession(session.id, of: session.userID)
                    follower.note("answered")
                }
                for await _ in follower.entered.stream { break }
                #expect(try await store.people.sessions(of: session.userID).isEmpty)
                follower.released.continuation.yield()
                try await group.waitForAll()
            }
            #expect(follower.taken == ["followed", "answered"])
        }
    }

    @Test("I5: The consequences of a committed change are followed even if the caller is cancelled")
    func cancelled() async throws {
        try await withHeldStore { store, follower, session in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    #expect(
                        await refusal { try await store.people.deleteSession(session.id, of: session.userID) } == nil
                    )
                }
                for await _ in follower.entered.stream { break }
                group.cancelAll()
                follower.released.continuation.yield()
            }
            let left = try await store.people.sessions(of: session.userID)
            #expect(follower.taken == ["followed"] && left.isEmpty)
        }
    }

    @Test("A refused operation has no consequences")
    func refused() async throws {
        try await withChat { chat in
            let (kept, refused) = (Attachment.ID.random(), Attachment.ID.random())
            let room = try await chat.room(of: chat.person("ada"))
            await #expect(throws: Refused.self) {
                try await chat.store.change(about: []) { transaction in
                    transaction.consequences.releasedAttachments.append(refused)
                    try transaction.record(.roomDeleted, in: room)
                    throw Refused()
                }
            }
            try await chat.store.change(about: []) { $0.consequences.releasedAttachments.append(kept) }
            #expect(chat.follower.followed.map(\.releasedAttachments) == [[kept]])
            #expect(chat.follower.kinds(in: room) == ["member.joined"])
        }
    }

    @Test("A change that has only events is not followed")
    func eventsAlone() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            try await chat.say("hello", in: room, by: ada)
            #expect(chat.follower.events.count == 2)
            #expect(chat.follower.followed.isEmpty)
        }
    }

    @Test("Queued and finished renderings are followed")
    func pictures() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let (file, picture) = (try await chat.upload(by: ada), try await chat.upload(.image, by: ada))
            #expect(chat.follower.followed.map(\.hasQueuedRendering) == [true])
            _ = try await chat.store.renderings.recordFailure(picture, .sample(.picture))
            _ = try await chat.store.renderings.retry(picture, by: ada)
            try await chat.store.renderings.finish(picture, variants: [.sample])
            let followed = chat.follower.followed
            #expect(followed.map(\.finishedRenderings) == [[], [picture], [], [picture]])
            #expect(followed.map(\.hasQueuedRendering) == [true, false, true, false])
            #expect(followed.map(\.changedPages) == [.rooms([]), .rooms([]), .all, .rooms([])])
            try await chat.store.attachments.delete(file, by: ada)
            #expect(chat.follower.followed.last?.releasedAttachments == [file])
        }
    }

    @Test("I5: Variants of a picture that was deleted while it was rendered are released")
    func deletedWhileRendered() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let picture = try await chat.upload(.image, by: ada)
            try await chat.store.attachments.delete(picture, by: ada)
            let followed = try await chat.consequences {
                try await chat.store.renderings.finish(picture, variants: [.sample])
            }
            #expect(followed.releasedAttachments == [picture])
            #expect(followed.finishedRenderings == [picture])
        }
    }

    @Test("Notices for a person's other clients are followed")
    func notices() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let room = try await chat.room(.public, of: ada)
            let direct = try await chat.store.rooms.directRoom(of: ada, and: bob).room.id
            let store = chat.store
            _ = try await store.rooms.addMember(bob, to: room, role: .member, by: ada)
            try await store.rooms.declineInvitation(to: room, by: bob)
            _ = try await store.rooms.addMember(bob, to: room, role: .member, by: bob)
            _ = try await store.rooms.accept(room, by: bob)
            try await store.rooms.announceTyping(by: bob, in: room)
            try await store.rooms.removeMember(bob, from: room, by: ada)
            try await store.rooms.setHidden(true, direct, of: ada)
            try await store.people.block(bob, by: ada)
            let invitation = Notice.invitation(to: room, for: bob)
            #expect(
                chat.follower.followed.flatMap(\.notices) == [
                    invitation, invitation, invitation, invitation, .typing(bob, in: room), invitation,
                    .roomHidden(direct, true, for: ada), .blocked(bob, by: ada),
                ]
            )
        }
    }
}
