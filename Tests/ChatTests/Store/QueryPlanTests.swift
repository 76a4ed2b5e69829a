import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Chat

/// Reads how SQLite would carry out each query (https://www.sqlite.org/eqp.html).
@Suite("Query plans", .timeLimit(.standard))
struct QueryPlanTests {
    /// A query that runs often or over much. A new one is added here.
    struct HotQuery: CustomTestStringConvertible {
        let name: String
        let sql: String
        /// An index that holds nothing but what is asked for, in the order that is asked for.
        let walks: String?
        /// Whether it must read an index alone.
        let covers: Bool

        init(_ name: String, _ sql: String, walks index: String? = nil, covers: Bool = false) {
            self.name = name
            self.sql = sql
            walks = index
            self.covers = covers
        }

        static func messages(_ name: String, _ condition: String) -> HotQuery {
            HotQuery(name, "SELECT \(Message.columns) FROM messages WHERE \(condition)")
        }

        var testDescription: String { name }
    }

    static let hotQueries: [HotQuery] = [
        .messages("newest messages", Database.newestMessages),
        .messages("messages before", Database.messagesBefore),
        .messages("messages after", Database.messagesAfter),
        .messages("message by id", "id = ? AND room_id = ?"),
        .messages("message by client id", "sender_id = ? AND client_message_id = ?"),
        .messages("last message of a room", "room_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1"),
        HotQuery("message before", Database.hasMessageBefore),
        HotQuery("message after", Database.hasMessageAfter),
        HotQuery("unread count", Database.unreadCount),
        HotQuery("session by token", Database.sessionByToken),
        HotQuery("people found", Database.peopleFound),
        HotQuery("people by name", "SELECT id FROM users WHERE " + Database.peopleByName),
        HotQuery("rooms found", Database.roomsFound),
        HotQuery("rooms by name", Database.roomsByName),
        HotQuery("changed profiles", Database.changedProfiles),
        HotQuery("known network", Database.isKnownNetwork),
        HotQuery("rooms of a person", Database.roomsOfUser),
        HotQuery("room ids of a person", Database.roomIDsOfUser),
        HotQuery("room for a viewer", Database.roomForViewer),
        HotQuery("members of a room", Database.membersOfRoom),
        HotQuery("one member", Database.membersOfRoom + " AND user_id = ?"),
        HotQuery("sender", Database.sender),
        HotQuery("sending member", Database.sendingMember),
        HotQuery("membership", Database.membership),
        HotQuery("stays of a person", Database.staysOfUser),
        HotQuery("past stays of a person", Database.pastStaysOfUser),
        HotQuery("positions of a room's events", Database.positionsOfRoom, covers: true),
        HotQuery("events of a room", Database.eventsOfRoom),
        HotQuery("event that changed a message", Database.changedSeq),
        HotQuery("dropping old memberships", Database.dropOldPastMemberships),
        HotQuery("oldest events of a room", Database.oldestEvents),
        HotQuery("event at or before a position", Database.eventAtOrBefore),
        HotQuery("receipts that moved", Database.movedReceipts),
        HotQuery("moving a read receipt", Database.moveRead),
        HotQuery("moving a delivered receipt", Database.moveDelivered),
        HotQuery("a room that two people share", Database.sharedRoom),
        HotQuery("a room that two people agreed to", Database.sharedRoomOfBoth),
        HotQuery("hidden rooms of a person", Database.hiddenRoomsOfUser),
        HotQuery("pending members in a person's rooms", Database.pendingMembers),
        HotQuery("direct room of two people", Database.directRoom),
        HotQuery("a member's consent", Database.consent),
        HotQuery("rooms of a person, counted", Database.roomCount, covers: true),
        HotQuery("unanswered rooms of a person, counted", Database.unansweredCount),
        HotQuery("block", Database.block),
        HotQuery("blocks from either side", Database.blockedEitherWay),
        HotQuery("blocks of a person", Database.blocksOfUser),
        HotQuery("invitation", Database.invitationOfUser),
        HotQuery("invitations of a person", Database.invitationsOfUser),
        HotQuery("invitations to a room", Database.invitationsOfRoom),
        HotQuery("dropping old invitations", Database.dropOldInvitations),
        HotQuery("ban", Database.ban),
        HotQuery("first bans of a room", Database.firstBans),
        HotQuery("further bans of a room", Database.bansAfter),
        HotQuery("attachment by id", Database.attachmentByID),
        HotQuery("attachment for a viewer", Database.attachmentForViewer),
        HotQuery("attachments of a message", Database.attachmentsOfMessage),
        HotQuery("variants of an attachment", Database.variantsOfAttachment),
        HotQuery("next rendering", Database.nextWaiting, walks: "renderings_waiting"),
        HotQuery("next retry", Database.nextDueRetry),
        HotQuery("next stray retry", Database.nextStrayRetry),
        HotQuery("time of the next retry", Database.nextRetryTime),
        HotQuery("running renderings", Database.runningRenderings, walks: "renderings_running"),
        HotQuery("crashes of the same content", Database.crashesOfSameContent),
        HotQuery("known failure of the same content", Database.knownFailure),
        HotQuery("rendering of an attachment", Database.renderingByID),
        HotQuery("queued cost of a person", Database.queuedCost),
        HotQuery("queued pictures of a person", Database.ownQueuedCount),
        HotQuery("queued pictures", Database.queuedCount, walks: "renderings_queued"),
        HotQuery("uploader", Database.uploader),
        HotQuery("what a person has uploaded in a day", Database.uploadedSpans),
        HotQuery("what a person stores", Database.storedBytes),
        HotQuery("stale uploads", Database.staleUploads),
        HotQuery("unattached", Database.unattached),
        HotQuery("deleted attachments", Database.deletedAttachments),
        HotQuery("known attachment", Database.isKnown),
        HotQuery("undeleted attachment", Database.isUndeleted),
        HotQuery("idempotency key", Database.onceKey),
        HotQuery("prune idempotency keys", Database.pruneKeys),
        HotQuery("old idempotency keys", Database.oldKeyCount),
    ]

    static func plan(_ sql: String, _ db: Database) throws -> [String] {
        let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
        // Either `?` for each argument, or `?1`, `?2` for one that occurs more than once.
        let numbers = sql.split(separator: "?").dropFirst().compactMap { $0.first?.wholeNumberValue }
        let count = numbers.max() ?? sql.count { $0 == "?" }
        let arguments = StatementArguments(repeatElement(DatabaseValue.null, count: count))
        return try Row.fetchAll(statement, arguments: arguments).map { $0["detail"] }
    }

    static func isSlow(_ step: String) -> Bool {
        // A constant has one row, and a subquery has as many as its own steps give; every other scan reads all there is.
        let isScan = step.hasPrefix("SCAN") && step != "SCAN CONSTANT ROW" && !step.hasPrefix("SCAN (subquery")
        return isScan || step.contains("TEMP B-TREE")
    }

    @Test("A hot query uses an index and sorts nothing", arguments: hotQueries)
    func hotQuery(query: HotQuery) async throws {
        try await withChat { chat in
            let plan = try await chat.store.read { try Self.plan(query.sql, $0) }
                .filter { step in !(query.walks.map { step.hasSuffix("USING INDEX \($0)") } ?? false) }
            #expect(query.walks != nil || plan.contains { $0.hasPrefix("SEARCH") || $0.contains("USING") })
            #expect(!plan.contains(where: Self.isSlow), "\(plan)")
            #expect(!query.covers || plan.allSatisfy { $0.contains("COVERING INDEX") }, "\(plan)")
        }
    }

    @Test("The check knows a scan and a sort when it sees them")
    func control() async throws {
        try await withChat { chat in
            let plan = try await chat.store.read { try Self.plan("SELECT * FROM messages ORDER BY body", $0) }
            #expect(plan.filter(Self.isSlow).count == 2)
        }
    }
}
