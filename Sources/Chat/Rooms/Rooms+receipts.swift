import GRDB

extension Rooms {
    /// Writes down that somebody has seen a room up to `seq`. A receipt only moves forward.
    ///
    /// - Throws: `notFound`, or `invalid` for an event that does not exist yet.
    package func markRead(_ room: Room.ID, upTo seq: Int64, by caller: Caller) async throws {
        let user = caller.user
        store.noteActivity(of: caller)
        try await store.change { transaction in
            let view = try transaction.db.requireMember(user, of: room)
            guard (0...view.room.lastSeq).contains(seq) else {
                throw Refusal.invalid(
                    field: "seq",
                    "It must be the number of an event of this room.",
                    limit: Int(view.room.lastSeq)
                )
            }
            try transaction.moveReceipt(Database.moveRead, of: user, in: room, to: seq)
        }
    }

    /// How far a room's events have reached somebody.
    package struct DeliveryPosition: Sendable {
        package let room: Room.ID
        package let user: User.ID
        package let seq: Int64

        package init(room: Room.ID, user: User.ID, seq: Int64) {
            self.room = room
            self.user = user
            self.seq = seq
        }
    }

    /// Writes down what has reached members' clients. Those who are not members any more are left out.
    package func markDelivered(_ positions: [DeliveryPosition]) async throws {
        var rest = positions[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.receiptBatch)
            rest = rest.dropFirst(batch.count)
            try await store.change { transaction in
                for position in batch {
                    let (room, user) = (position.room, position.user)
                    try transaction.moveReceipt(Database.moveDelivered, of: user, in: room, to: position.seq)
                }
            }
        }
    }

    /// Receipts of one write: about a millisecond, so that no message waits long behind them.
    private static let receiptBatch = 100
}

extension WriteTransaction {
    fileprivate mutating func moveReceipt(
        _ sql: String,
        of user: User.ID,
        in room: Room.ID,
        to seq: Int64
    ) throws {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: sql),
            arguments: [seq, db.logPosition(), room, user]
        )
        guard let row else { return }
        consequences.receipts.append(Receipt(roomID: room, userID: user, deliveredSeq: row[0], readSeq: row[1]))
    }
}

extension Database {
    static let moveRead = """
        UPDATE members SET read_seq = ?1, delivered_seq = max(delivered_seq, ?1), receipt_position = ?2
        WHERE room_id = ?3 AND user_id = ?4 AND read_seq < ?1 RETURNING delivered_seq, read_seq
        """
    static let moveDelivered = """
        UPDATE members SET delivered_seq = ?1, receipt_position = ?2
        WHERE room_id = ?3 AND user_id = ?4 AND delivered_seq < ?1 RETURNING delivered_seq, read_seq
        """
}
