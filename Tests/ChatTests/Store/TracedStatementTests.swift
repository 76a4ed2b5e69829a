import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

/// Every statement that the store runs, seen as it runs: also those that nobody thought to call hot.
@Suite("All statements", .timeLimit(.standard))
struct TracedStatementTests {
    /// Statements that may read more than they give, and why that is bounded.
    private static let allowed: [(part: String, reason: String)] = [
        ("SELECT user_id, done_up_to FROM renames", "reads its first row"),
        ("SELECT user_id, deletes_messages, done_up_to, archive_done_up_to FROM erasures", "reads its first row"),
        ("SELECT created_at FROM messages ORDER BY id DESC LIMIT 1", "reads the last row of the ids' own index"),
        ("SELECT count(*) FROM invitation_codes", "counts the codes, which have a limit"),
        ("SELECT number, use_limit, use_count", "reads the codes, which have a limit"),
        ("SELECT user_id FROM members WHERE room_id = ? ORDER BY role", "sorts one room's members when its owner left"),
        ("DELETE FROM known_networks", "sorts what is remembered of one person, at most one more than the limit"),
        ("SELECT rooms.id FROM members CROSS JOIN rooms", "sorts a person's unanswered rooms, which have a limit"),
        ("SELECT (SELECT count(*) FROM rooms WHERE deleted_at", "counts deleted rooms in their own index"),
        ("SELECT attachment_id FROM renderings WHERE state = 'waiting'", "takes the first of the queue's own index"),
        ("SELECT count(*) FROM renderings WHERE state IN", "counts the queue in its own index"),
        ("SELECT attachment_id FROM renderings WHERE state = 'running'", "reads an index of what is being rendered"),
    ]

    @Test("I8: No statement of the store scans a whole table or sorts without a limit")
    func everyStatement() async throws {
        try await withChat { chat in
            let trace = try await StatementTrace(of: chat.store)
            try await useEverything(chat)
            let queries = Set(trace.statements)
            #expect(queries.count > 60)
            for sql in queries.sorted() where !Self.allowed.contains(where: { sql.contains($0.part) }) {
                let plan = try await chat.store.pool.read { try QueryPlanTests.plan(sql, $0) }
                #expect(QueryPlanTests.slowSteps(plan).isEmpty, "\(sql) \(plan)")
            }
        }
    }

    private func useEverything(_ chat: TestChat) async throws {
        let people = try await chat.people(3)
        let room = try await chat.room(.public, of: people[0], with: Array(people[1...]))
        try await useRooms(chat, room, people)
        try await useMessages(chat, room, people)
        try await usePeople(chat, people)
        try await useKeys(chat, people)
        try await useContacts(chat)
        try await sweep(chat, people)
        try await useAccounts(chat)
    }

    private func useAccounts(_ chat: TestChat) async throws {
        let (accounts, codes) = (chat.store.accounts, chat.store.invitationCodes)
        let (gone, other) = (try await chat.person("gone"), try await chat.person("other"))
        let room = try await chat.room(of: gone, with: [other])
        try await chat.say("hello", in: room, by: gone)
        _ = try await chat.directRoom(of: gone, and: other)
        let (code, entry) = try await codes.create(uses: 1, lifetime: .seconds(60))
        _ = try await chat.store.people.accepts(code)
        _ = try await chat.store.people.register(
            username: "invited",
            displayName: "Invited",
            passwordHash: "hash",
            invitedBy: code
        )
        _ = try await codes.list()
        _ = try await codes.revoke(entry.number)
        _ = try await accounts.list()
        try await accounts.disable("gone")
        try await accounts.enable("gone")
        try await accounts.setPassword(hash: "new", of: "gone")
        try await accounts.setAdmin(true, "gone")
        _ = try await chat.store.people.isTaken("gone")
        try await accounts.delete("gone", withMessages: true)
        while try await accounts.eraseNext() {}
    }

    private func useKeys(_ chat: TestChat, _ people: [User.ID]) async throws {
        let (store, ada) = (chat.store, people[0])
        let room = try await chat.room(of: ada)
        let keyed = { (route: String) in
            IdempotentRequest(IdempotencyKey(of: ada, route: route, text: "key"), parts: [])
        }
        for _ in 0..<2 {
            _ = try await store.messages.post(Draft(body: "once"), in: room, by: ada, request: keyed("messages"))
            let file = Attachment.ID.random()
            try await store.attachments.begin(file, by: ada)
            let request = keyed("uploads")
            _ = try await store.attachments.complete(
                file,
                filename: "f",
                facts: .sample(.file),
                by: ada,
                request: request
            )
        }
        _ = try await store.people.register(username: "new", displayName: "New", passwordHash: "hash")
        _ = try await store.people.createSession(for: ada, request: keyed("sessions"))
        _ = try await store.people.hasBeenUsed(keyed("sessions").key)
        _ = try await store.people.renewSession(of: ada, madeBy: keyed("sessions"))
        chat.clock.advance(by: IdempotencyKey.lifetime)
        _ = try await store.oldKeyCount()
        _ = try await store.pruneKeys(limit: 2)
    }

    private func useContacts(_ chat: TestChat) async throws {
        let (store, ada, eve) = (chat.store, try await chat.person("contact"), try await chat.person("stranger"))
        _ = try await store.rooms.acquaintance(of: eve, with: ada)
        let direct = try await store.rooms.directRoom(of: eve, and: ada).room.id
        try await chat.say("hello", in: direct, by: eve)
        _ = try await store.events.resumeSnapshot(for: eve, after: Cursor(epoch: store.epoch, position: 0))
        _ = try await store.rooms.accept(direct, by: ada)
        try await store.rooms.setHidden(true, direct, of: ada)
        _ = try await store.rooms.list(of: ada, hidden: true)
        try await store.people.block(eve, by: ada)
        _ = try await store.people.blocks(of: ada)
        let room = try await chat.room(.public, of: eve)
        _ = try await store.rooms.addMember(ada, to: room, role: .member, by: eve)
        _ = try await store.rooms.invitations(of: ada)
        _ = try await store.rooms.invitations(to: room, for: eve)
        try await store.rooms.declineInvitation(to: room, by: ada)
        try await store.people.unblock(eve, by: ada)
        try await store.rooms.ban(ada, from: room, by: eve)
        let bans = try await store.rooms.bans(from: room, limit: 1, for: eve)
        _ = try await store.rooms.bans(from: room, after: bans.bans[0].user.id, limit: 1, for: eve)
        try await store.rooms.liftBan(of: ada, from: room, by: eve)
    }

    private func useRooms(_ chat: TestChat, _ room: Room.ID, _ people: [User.ID]) async throws {
        let store = chat.store
        _ = try await store.rooms.directRoom(of: people[0], and: people[1])
        _ = try await store.rooms.update(room, name: "New", topic: "Topic", by: people[0])
        _ = try await store.rooms.setRole(.admin, of: people[1], in: room, by: people[0])
        _ = try await store.rooms.members(of: room, for: people[0])
        for query in ["r", ""] { _ = try await store.rooms.joinable(for: people[0], matching: query) }
        let left = try await chat.room(of: people[0], with: [people[1]])
        try await store.rooms.removeMember(people[0], from: left, by: people[0])
        try await store.rooms.removeMember(people[1], from: left, by: people[1])
        _ = try await store.events.resumeSnapshot(for: people[0])
    }

    private func useMessages(_ chat: TestChat, _ room: Room.ID, _ people: [User.ID]) async throws {
        let store = chat.store
        let picture = try await chat.upload(.image, by: people[0])
        let first = try await chat.say("", [picture], in: room, by: people[0])
        _ = try await store.renderings.next()
        _ = try await store.renderings.interrupted()
        try await store.renderings.withdrawAttempt(picture)
        _ = try await store.renderings.recordFailure(picture, .sample(.file))
        _ = try await store.renderings.timeToNextRetry()
        chat.clock.advance(by: .seconds(300))
        _ = try await store.renderings.next()
        _ = try await store.renderings.recordFailure(picture, .sample(.picture))
        _ = try await store.renderings.retry(picture, by: people[0])
        _ = try await store.renderings.finish(picture, variants: [.sample])
        let reply = Draft(body: "reply", replyTo: first.id, clientMessageID: .random())
        let second = try await store.messages.post(reply, in: room, by: people[1]).message
        _ = try await store.messages.edit(second.id, in: room, body: "edited", by: people[1])
        for anchor in [PageAnchor.newest, .before(9), .after(0), .around(5)] {
            _ = try await store.messages.page(of: room, at: anchor, limit: 2, for: people[0])
        }
        _ = try await store.rooms.list(of: people[0])
        _ = try await store.attachments.attachment(picture, for: people[1])
        try await store.messages.delete(first.id, in: room, by: people[0])
        _ = try await store.renderings.counts()
    }

    private func usePeople(_ chat: TestChat, _ people: [User.ID]) async throws {
        let store = chat.store
        let (session, token) = try await store.people.createSession(for: people[0])
        chat.clock.advance(by: .seconds(7200))
        _ = try await store.people.session(of: token)
        _ = try await store.people.sessions(of: people[0])
        _ = try await store.people.createSession(for: people[0], from: Network(v4: 1))
        _ = try await store.people.knows(Network(v4: 1), ofNamed: "person0")
        try await store.people.setPassword(hash: "new", of: people[0], by: session.id)
        try await store.people.deleteSession(session.id, of: people[0])
        var changes = UserChanges()
        changes.displayName = "New"
        changes.avatar = .attachment(try await chat.picture(by: people[0]))
        _ = try await store.people.update(people[0], changes)
        changes.avatar = UserChanges.Avatar.none
        _ = try await store.people.update(people[0], changes)
        while try await store.messages.backfillSenders() {}
        for query in ["p", ""] { _ = try await store.people.find(matching: query, for: people[0]) }
        _ = try await store.people.user(people[0], for: people[1])
        _ = try await store.people.credentials(username: "person0")
        _ = try await store.people.credentials(of: people[0])
        try await store.people.recordLastSeen([(people[0], chat.clock.now)])
    }

    private func sweep(_ chat: TestChat, _ people: [User.ID]) async throws {
        let store = chat.store
        let begun = Attachment.ID.random()
        try await store.attachments.begin(begun, by: people[0])
        try await store.attachments.abandon(begun)
        try await store.attachments.delete(chat.upload(by: people[0]), by: people[0])
        let file = try await chat.upload(by: people[0])
        _ = try await store.attachments.stale(before: chat.clock.now, limit: 5)
        _ = try await store.attachments.unattached(before: chat.clock.now, limit: 5)
        _ = try await store.attachments.markUnused(file)
        try await store.attachments.deleteRows(of: store.attachments.deleted(limit: 5).map(\.id))
        _ = try await store.attachments.existing(among: [file])
        _ = try await store.attachments.expectedFiles(limit: 5)
        _ = try await store.attachments.stored(among: [file])
        _ = try await store.renderings.renderAgain([file])
        let sessions = try await store.people.sessionIDs(limit: 5)
        _ = try await store.people.expiredSessions(among: sessions, before: chat.clock.now)
        _ = try await store.people.removeExpired(sessions, before: chat.clock.now)
        _ = try await store.messages.newestTime()
        let room = try await chat.room(of: people[0])
        try await chat.say("gone", in: room, by: people[0])
        try await store.rooms.delete(room, by: people[0])
        _ = try await store.rooms.prunableCount()
        while try await store.rooms.pruneDeleted(limit: 5) > 0 {}
        try await store.ping()
    }
}
