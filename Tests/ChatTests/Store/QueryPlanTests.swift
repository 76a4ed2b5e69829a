import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

/// Reads how SQLite would carry out each query (https://www.sqlite.org/eqp.html).
@Suite("Query plans", .timeLimit(.standard))
struct QueryPlanTests {
    /// A query that runs often or over much. A new one is added here.
    struct HotQuery: CustomTestStringConvertible {
        let name: String
        let sql: String
        /// An index that holds nothing but what is asked for, in the order that is asked for.
        let walks: String?

        init(_ name: String, _ sql: String, walks index: String? = nil) {
            self.name = name
            self.sql = sql
            walks = index
        }

        static func messages(_ name: String, _ condition: String) -> HotQuery {
            HotQuery(name, "SELECT \(Message.columns) FROM messages WHERE \(condition)")
        }

        var testDescription: String { name }
    }

    static let hotQueries: [HotQuery] = [
        HotQuery("newest messages", Snapshot.newestMessages),
        HotQuery("messages before", Snapshot.messagesBefore),
        HotQuery("messages from a number on", Snapshot.messagesFrom),
        HotQuery("messages around", Snapshot.messagesAround),
        HotQuery("boundary of the archive", Snapshot.hasMessageFrom),
        HotQuery("page of the archive", Snapshot.archivedPage),
        HotQuery("archived messages by id", Snapshot.archivedMessages(in: "?")),
        HotQuery("sizes of archived messages", Snapshot.archivedStates("?")),
        HotQuery("archived message in a room", Snapshot.isArchivedInRoom),
        HotQuery("message that returns from the archive", Snapshot.returnToMessages),
        HotQuery("next room to archive", Snapshot.roomToArchive),
        HotQuery("oldest message that stays", Snapshot.oldestKept),
        HotQuery("messages that may be archived", Snapshot.archivable),
        HotQuery("clearing a range of the archive", Snapshot.clearRange),
        HotQuery("clearing copies in the archive", Snapshot.clearCopies),
        HotQuery("copying into the archive", Snapshot.copyRange),
        HotQuery("removing what was copied", Snapshot.removeCopied),
        .messages("message by id", "id = ? AND room_id = ?"),
        .messages("messages by id", "id IN (?)"),
        HotQuery("session by token", Snapshot.sessionByToken),
        HotQuery("sessions of a person", Snapshot.sessionsOfUser),
        HotQuery("people found", Snapshot.peopleFound),
        HotQuery("people by name", Snapshot.peopleByName),
        HotQuery("person by id", Snapshot.userByID),
        HotQuery("person for a viewer", Snapshot.userForViewer),
        HotQuery("rooms found", Snapshot.roomsFound),
        HotQuery("rooms by name", Snapshot.roomsByName),
        HotQuery("retired user name", Snapshot.retiredUsername),
        HotQuery("usable invitation code", Snapshot.usableInvitationCode),
        HotQuery("taking a use of an invitation code", Snapshot.useInvitationCode),
        HotQuery("accounts", Snapshot.accounts),
        HotQuery("rooms that a deleted person leaves", Snapshot.roomsToLeave),
        HotQuery("uploads that a deleted person leaves", Snapshot.releaseUploads),
        .messages("messages that a deleted person leaves", Snapshot.messagesToEmpty),
        HotQuery("known network", Snapshot.isKnownNetwork),
        HotQuery("rooms of a person", Snapshot.roomsOfUser),
        HotQuery("hidden rooms of a person", Snapshot.hiddenRoomsOfUser),
        HotQuery("room ids of a person", Snapshot.roomIDsOfUser),
        HotQuery("room for a viewer", Snapshot.roomForViewer),
        HotQuery("archived messages that a deleted person leaves", Snapshot.archivedToEmpty),
        HotQuery("figures of rooms", Snapshot.roomFigures),
        HotQuery("undeleted rooms", Snapshot.undeletedRooms("?")),
        HotQuery("members of a room", Snapshot.membersOfRoom),
        HotQuery("one member", Snapshot.memberOfRoom),
        HotQuery("members by room and person", Snapshot.membersByKey("(?, ?)")),
        HotQuery("role of a member", Snapshot.roleOfMember),
        HotQuery("sender", Snapshot.sender),
        HotQuery("sending member", Snapshot.sendingMember),
        HotQuery("membership", Snapshot.membership),
        HotQuery("start of a resume", Snapshot.resumeStart),
        HotQuery("rooms and blocks of a person", Snapshot.subscriptions),
        HotQuery("missed positions", Snapshot.missedPositions),
        HotQuery("records of the log", Snapshot.recordsAt("?")),
        HotQuery("sizes of messages", Snapshot.messageStates("?")),
        HotQuery("own and changed profiles", Snapshot.ownAndChangedProfiles),
        HotQuery("receipts that moved", Snapshot.movedReceipts),
        HotQuery("memberships that ended with pruned events", Snapshot.dropEndedMemberships),
        HotQuery("memberships that outlive their last event", Snapshot.keepEndPositions),
        HotQuery("counting a new member", Snapshot.countJoining),
        HotQuery("counting members who leave", Snapshot.countLeaving("?")),
        HotQuery("remembering memberships", Snapshot.rememberMemberships("?")),
        HotQuery("ending memberships", Snapshot.endMemberships("?")),
        HotQuery("dropping old memberships", Snapshot.dropOldPastMemberships("?")),
        HotQuery("oldest events of a room", Snapshot.oldestEvents),
        HotQuery("moving a read receipt", Snapshot.moveRead),
        HotQuery("moving delivered receipts", Snapshot.moveDelivered("(?, ?, ?)")),
        HotQuery("moving the times of last activity", Snapshot.moveLastSeen("(?, ?)")),
        HotQuery("acquaintance of two people", Snapshot.acquaintance),
        HotQuery("direct room of two people", Snapshot.directRoom),
        HotQuery("a member's consent", Snapshot.consent),
        HotQuery("agreed rooms of a person, counted", Snapshot.agreedRoomCount),
        HotQuery("unanswered rooms of a person, counted", Snapshot.unansweredCount),
        HotQuery("block", Snapshot.block),
        HotQuery("blocks between two people", Snapshot.blockers),
        HotQuery("what keeps one from writing to another", Snapshot.contactObstacles),
        HotQuery("blocks from either side", Snapshot.blockedEitherWay),
        HotQuery("blocks of a person", Snapshot.blocksOfUser),
        HotQuery("invitation", Snapshot.invitationOfUser),
        HotQuery("role of an invitation", Snapshot.invitedRole),
        HotQuery("invitations of a person", Snapshot.invitationsOfUser),
        HotQuery("invitations to a room", Snapshot.invitationsOfRoom),
        HotQuery("dropping old invitations", Snapshot.dropOldInvitations),
        HotQuery("ban", Snapshot.ban),
        HotQuery("first bans of a room", Snapshot.firstBans),
        HotQuery("further bans of a room", Snapshot.bansAfter),
        HotQuery("attachment by id", Snapshot.attachmentByID),
        HotQuery("attachment for a viewer", Snapshot.attachmentForViewer),
        HotQuery("undeleted attachment", Snapshot.undeletedAttachment),
        HotQuery("attachments of messages", Snapshot.attachmentsOfMessages(in: "?")),
        HotQuery("variants of attachments", Snapshot.variantsOfAttachments(in: "?")),
        HotQuery("existing attachments", Snapshot.existingAttachments(in: "?")),
        HotQuery("upload that is received", Snapshot.receivingUpload),
        HotQuery("next rendering", Snapshot.nextWaiting, walks: "renderings_waiting"),
        HotQuery("next retry", Snapshot.nextDueRetry),
        HotQuery("next stray retry", Snapshot.nextStrayRetry),
        HotQuery("time of the next retry", Snapshot.nextRetryTime),
        HotQuery("running renderings", Snapshot.runningRenderings, walks: "renderings_running"),
        HotQuery("crashes of the same content", Snapshot.crashesOfSameContent),
        HotQuery("known failure of the same content", Snapshot.knownFailure),
        HotQuery("rendering of an attachment", Snapshot.renderingByID),
        HotQuery("unfinished rendering of an attachment", Snapshot.unfinishedRendering),
        HotQuery("queued cost of a person", Snapshot.queuedCost),
        HotQuery("queued pictures of a person", Snapshot.ownQueuedCount),
        HotQuery("queued pictures", Snapshot.queuedCount, walks: "renderings_queued"),
        HotQuery("what a person has uploaded in a day", Snapshot.uploadedSpans),
        HotQuery("what a person stores", Snapshot.storedBytes),
        HotQuery("stale uploads", Snapshot.staleUploads),
        HotQuery("unattached", Snapshot.unattached),
        HotQuery("deleted attachments", Snapshot.deletedAttachments),
        HotQuery("files that rows expect", Snapshot.expectedFiles),
        HotQuery("stored attachments", Snapshot.storedAttachments(in: "?")),
        HotQuery("marking unused uploads", Snapshot.markUnused(in: "?")),
        HotQuery("marking unfinished uploads", Snapshot.markUnfinished(in: "?")),
        HotQuery("oldest deleted room", Snapshot.oldestDeletedRoom),
        HotQuery("sessions by id", Snapshot.sessionIDs),
        HotQuery("expired sessions", Snapshot.expiredSessions(in: "?")),
        HotQuery("removing expired sessions", Snapshot.removeExpiredSessions(in: "?")),
        HotQuery("time of the newest message", Snapshot.newestMessageTime, walks: "sqlite_autoindex_messages_1"),
        HotQuery("page of attachments to check", Snapshot.checkedAttachments),
        HotQuery("attachments to look at again", Snapshot.attachmentsByID(in: "?")),
        HotQuery("references of a page of attachments", Snapshot.attachmentReferences),
        HotQuery("counters of a page of rooms", Snapshot.roomCounters),
        HotQuery("counters of a page of messages", Snapshot.messageCounters),
        HotQuery("counters of a page of archived messages", Snapshot.archivedCounters),
        HotQuery("counters of an archived message", Snapshot.hasLowArchivedCount),
        HotQuery("senders of a page of archived messages", Snapshot.archivedSenders),
        HotQuery("boundaries of a page of rooms", Snapshot.archiveBoundaries),
        HotQuery("avatars of a page of people", Snapshot.avatarReferences),
        HotQuery("newest number of a room", Snapshot.newestNumber),
        HotQuery("order of a page of events", Snapshot.eventOrder),
        HotQuery("references of a page of events", Snapshot.eventReferences),
        HotQuery("idempotency key", Snapshot.idempotencyKey),
        HotQuery("prune idempotency keys", Snapshot.pruneKeys),
        HotQuery("old idempotency keys", Snapshot.oldKeyCount),
    ]

    static func plan(_ sql: String, _ db: Database) throws -> [String] {
        let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
        // Either `?` for each argument, or `?1`, `?2` for one that occurs more than once.
        let numbers = sql.split(separator: "?").dropFirst().compactMap { $0.first?.wholeNumberValue }
        let count = numbers.max() ?? sql.count { $0 == "?" }
        let arguments = StatementArguments(repeatElement(DatabaseValue.null, count: count))
        return try Row.fetchAll(statement, arguments: arguments).map { $0["detail"] }
    }

    /// The steps that read a whole table, or sort.
    static func slowSteps(_ plan: [String]) -> [String] {
        // These have as many rows as their own steps give, or one.
        let derived = plan.compactMap { step in
            ["MATERIALIZE ", "CO-ROUTINE "].first { step.hasPrefix($0) }.map { step.dropFirst($0.count) }
        }
        return plan.filter { step in
            guard step.hasPrefix("SCAN") else { return step.contains("TEMP B-TREE") }
            let name = step.split(separator: " ")[1]
            return !step.hasSuffix("CONSTANT ROW") && !step.hasSuffix("CONSTANT ROWS") && !derived.contains(name)
                && !name.hasPrefix("(subquery") && !["log_head", "sqlite_sequence"].contains(name)
        }
    }

    @Test("A hot query uses an index and sorts nothing", arguments: hotQueries)
    func hotQuery(query: HotQuery) async throws {
        try await withChat { chat in
            let plan = try await chat.store.pool.read { try Self.plan(query.sql, $0) }
                .filter { step in !(query.walks.map { step.hasSuffix("USING INDEX \($0)") } ?? false) }
            #expect(query.walks != nil || plan.contains { $0.hasPrefix("SEARCH") || $0.contains("USING") })
            #expect(Self.slowSteps(plan).isEmpty, "\(plan)")
        }
    }

    @Test("The check detects a scan and a sort")
    func control() async throws {
        try await withChat { chat in
            let plan = try await chat.store.pool.read { try Self.plan("SELECT * FROM messages ORDER BY body", $0) }
            #expect(Self.slowSteps(plan).count == 2)
        }
    }
}
