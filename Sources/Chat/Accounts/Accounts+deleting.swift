import FoundationEssentials

extension Accounts {
    /// Deletes an account for good.
    ///
    /// When the method returns, the person has no name, picture, password, session, block or invitation any more, and is
    /// in no room but the direct rooms of others, which stay readable for these. Their messages keep a neutral sender,
    /// or are removed by the following calls of `eraseNext()`.
    ///
    /// - Throws: `notFound`.
    package func delete(_ username: String, withMessages: Bool) async throws {
        let user = try await store.change(about: [], for: .deleting) { transaction in
            let user = try transaction.db.account(named: username)
            try transaction.anonymise(user, username)
            try transaction.execute(
                "INSERT INTO erasures (user_id, requested_at, deletes_messages) VALUES (?, ?, ?)",
                [user, transaction.now, withMessages]
            )
            return user
        }
        // In transactions of their own, so that nobody else waits long. What is missing after a crash is done by
        // `eraseNext()`.
        while try await store.change(about: [.person(user)], for: .deleting, { try $0.leaveRooms(user) }) {}
    }

    /// Removes a bounded part of what deleted accounts have left: memberships, unused uploads and, where the operator
    /// asked for it, messages. May be interrupted at any time.
    ///
    /// - Returns: False when there was nothing left to do.
    package func eraseNext() async throws -> Bool {
        try await store.change(about: [], for: .deleting) { transaction in
            guard let erasure = try transaction.db.first(Snapshot.nextErasure, [], Erasure.init) else { return false }
            if try transaction.leaveRooms(erasure.userID) { return true }
            if try transaction.releaseUploads(of: erasure.userID) { return true }
            if erasure.deletesMessages, try transaction.emptyMessages(of: erasure) { return true }
            try transaction.finish(erasure)
            return true
        }
    }
}

/// What is left to remove of a deleted account.
private struct Erasure {
    let userID: User.ID
    let deletesMessages: Bool
    /// Position of the last message that was examined in `messages`.
    let doneUpTo: Int64
    /// The last message that was examined in the archive; nil before the first.
    let archiveDoneUpTo: Message.ID?

    init(_ row: ResultRow) {
        (userID, deletesMessages, doneUpTo, archiveDoneUpTo) = (row[0], row[1], row[2], row[3])
    }
}

extension Snapshot {
    fileprivate static let nextErasure = """
        SELECT user_id, deletes_messages, done_up_to, archive_done_up_to FROM erasures ORDER BY requested_at LIMIT 1
        """

    /// Rooms that a deleted person leaves: all but the direct rooms of others who still have an account.
    static let roomsToLeave = """
        SELECT rooms.id, rooms.kind FROM members CROSS JOIN rooms
        WHERE rooms.id = members.room_id AND members.user_id = ?1 AND (rooms.kind <> 'direct' OR NOT EXISTS (
            SELECT 1 FROM members AS other CROSS JOIN users
            WHERE other.room_id = members.room_id AND other.user_id <> ?1 AND users.id = other.user_id
            AND users.deleted_at IS NULL))
        LIMIT ?2
        """

    static let releaseUploads = """
        UPDATE attachments SET deleted_at = ?1 WHERE id IN (
            SELECT id FROM attachments
            WHERE owner_id = ?2 AND attached_at IS NULL AND deleted_at IS NULL AND created_at < ?3 LIMIT ?4)
        RETURNING id
        """

    /// Not those of deleted rooms, which have no further events and are removed anyway.
    static let messagesToEmpty = """
        position > ? AND position <= ? AND sender_id = ? AND deleted_at IS NULL AND EXISTS (
            SELECT 1 FROM rooms WHERE rooms.id = messages.room_id AND rooms.deleted_at IS NULL)
        ORDER BY position LIMIT ?
        """

    /// Archived messages, and whether they are to be emptied if they count. In the order of their ids, because a copy
    /// that is replaced gets another position.
    static let archivedToEmpty = """
        SELECT archived_messages.id, CASE WHEN archived_messages.sender_id = ?1 AND EXISTS (
            SELECT 1 FROM rooms WHERE rooms.id = archived_messages.room_id AND rooms.deleted_at IS NULL)
            THEN 1 ELSE 0 END
        FROM archived_messages WHERE archived_messages.id > ?2 ORDER BY archived_messages.id LIMIT ?3
        """
}

extension WriteTransaction {
    /// Rooms that are left in one transaction.
    private static let roomBatch = 50
    /// Uploads that are released in one transaction.
    private static let uploadBatch = 500
    /// Messages that are examined in one transaction.
    private static let examinedBatch: Int64 = 2000
    /// Messages that are removed in one transaction: some milliseconds, so that no writer waits long.
    private static let messageBatch = 100

    /// Removes everything that identifies a person. Their row remains, because messages refer to it.
    fileprivate mutating func anonymise(_ user: User.ID, _ username: String) throws {
        let before = try db.user(user)
        try endSessions(of: user)
        try replaceAvatar(before.avatar?.id, of: user, by: .none)
        try db.unindexPerson(username)
        try retire(username)
        try execute(
            """
            UPDATE users SET username = ?, display_name = ?, password_hash = '', is_admin = 0, last_seen_at = NULL,
                disabled_at = coalesce(disabled_at, ?), deleted_at = ?
            WHERE id = ?
            """,
            [Self.placeholderName(of: user), User.deletedName, now, now, user]
        )
        try removeContacts(of: user)
        for table in ["known_networks", "uploaded_bytes"] {
            try execute("DELETE FROM \(table) WHERE user_id = ?", [user])
        }
        let keys = [IdempotencyKey(of: user, route: "", text: ""), .init(ofNamed: username, route: "", text: "")]
        for key in keys { try execute("DELETE FROM idempotency_keys WHERE scope = ?", [key.owner]) }
        try announceProfile(of: db.user(user))
    }

    private mutating func removeContacts(of user: User.ID) throws {
        try execute("DELETE FROM blocks WHERE user_id = ?", [user])
        try execute("DELETE FROM blocks WHERE blocked_id = ?", [user])
        try execute("DELETE FROM bans WHERE user_id = ?", [user])
        try execute("DELETE FROM invitations WHERE user_id = ?", [user])
        consequences.notices += try db.all(
            "DELETE FROM invitations WHERE inviter_id = ? RETURNING room_id, user_id",
            [user]
        ) { Notice.invitation(to: $0[0], for: $0[1]) }
    }

    /// A user name that is unique like the id, of which it has the random digits. The colon keeps everybody else from
    /// taking it.
    private static func placeholderName(of user: User.ID) -> String {
        "deleted:" + user.description.filter { $0 != "-" }.suffix(20)
    }

    /// - Returns: Whether there were rooms to leave.
    fileprivate mutating func leaveRooms(_ user: User.ID) throws -> Bool {
        let rooms = try db.all(Snapshot.roomsToLeave, [user, Self.roomBatch]) { row in
            (id: row[0] as Room.ID, kind: row[1] as Room.Kind)
        }
        for room in rooms where room.kind == .direct { try deleteRoom(room.id) }
        let others = rooms.filter { $0.kind != .direct }.map(\.id)
        let membersLeft = try endMemberships(of: user, in: others)
        for room in others { try settle(room, membersLeft: membersLeft[room] ?? 0) }
        return !rooms.isEmpty
    }

    /// - Returns: Whether there were uploads to release.
    fileprivate mutating func releaseUploads(of user: User.ID) throws -> Bool {
        let released = try db.values(
            Attachment.ID.self,
            Snapshot.releaseUploads,
            [now, user, Int64.max, Self.uploadBatch]
        )
        consequences.releasedAttachments += released
        return !released.isEmpty
    }

    /// The archive comes second. A message that moves into it before it was examined is then found there, and the
    /// archive keeps a copy of one that returns from it.
    ///
    /// - Returns: Whether there were messages to examine.
    fileprivate mutating func emptyMessages(of erasure: Erasure) throws -> Bool {
        if try emptyRecentMessages(of: erasure) { return true }
        return try emptyArchivedMessages(of: erasure)
    }

    private mutating func emptyRecentMessages(of erasure: Erasure) throws -> Bool {
        let newest = try db.value(Int64.self, "SELECT max(position) FROM messages") ?? 0
        guard erasure.doneUpTo < newest else { return false }
        let end = min(erasure.doneUpTo + Self.examinedBatch, newest)
        let messages = try db.messages(
            where: Snapshot.messagesToEmpty,
            [erasure.doneUpTo, end, erasure.userID, Self.messageBatch]
        )
        for message in messages { try empty(message) }
        // Emptied messages do not match again, so a full batch only means that the same positions are read once more.
        let isDone = messages.count < Self.messageBatch
        if isDone { try execute("UPDATE erasures SET done_up_to = ? WHERE user_id = ?", [end, erasure.userID]) }
        return true
    }

    private mutating func emptyArchivedMessages(of erasure: Erasure) throws -> Bool {
        let values: SQLValues = [erasure.userID, erasure.archiveDoneUpTo ?? .beforeAll, Self.examinedBatch]
        let examined = try db.all(Snapshot.archivedToEmpty, values) { row in
            (id: row[0] as Message.ID, isTheirs: row[1] as Bool)
        }
        guard let last = examined.last else { return false }
        let theirs = examined.filter(\.isTheirs).map(\.id)
        let batch = theirs.prefix(Self.messageBatch)
        let messages = try db.messages(batch)
        for case let message? in batch.map({ messages[$0] }) where message.deletedAt == nil { try empty(message) }
        let end = batch.count < theirs.count ? batch.last ?? last.id : last.id
        try execute("UPDATE erasures SET archive_done_up_to = ? WHERE user_id = ?", [end, erasure.userID])
        return true
    }

    /// Removes what the steps before have left behind, and the erasure itself.
    fileprivate func finish(_ erasure: Erasure) throws {
        try execute("DELETE FROM past_memberships WHERE user_id = ?", [erasure.userID])
        // In direct rooms of others. They had their receipts when these were sent.
        try execute(
            "UPDATE members SET delivered_seq = joined_seq, read_seq = joined_seq WHERE user_id = ?",
            [erasure.userID]
        )
        try execute("DELETE FROM erasures WHERE user_id = ?", [erasure.userID])
    }
}
