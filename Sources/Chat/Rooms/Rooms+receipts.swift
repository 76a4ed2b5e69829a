extension Rooms {
    /// Records that the caller has read a room up to `seq`. A receipt only moves forward.
    ///
    /// - Throws: `notFound`, or `invalid` for an event that does not exist yet.
    package func markRead(_ room: Room.ID, upTo seq: Int64, by caller: Caller) async throws {
        let user = caller.user
        store.noteActivity(of: caller)
        try await store.change(about: []) { transaction in
            let view = try transaction.db.requireMember(user, of: room)
            guard (0...view.room.lastSeq).contains(seq) else {
                throw Refusal.invalid(
                    field: "seq",
                    "It must be the number of an event of this room.",
                    limit: Int(view.room.lastSeq)
                )
            }
            try transaction.moveReceipts(Snapshot.moveRead, [seq, room, user])
        }
    }

    /// The newest event of a room that was delivered to a member.
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

    /// Records what was delivered to members' clients. People who are no longer members are skipped.
    package func markDelivered(_ positions: [DeliveryPosition]) async throws {
        var rest = Self.newest(of: positions)[...]
        while !rest.isEmpty {
            let batch = SQLList(rows: rest.prefix(Self.receiptBatch).map { [$0.room, $0.user, $0.seq] })
            rest = rest.dropFirst(Self.receiptBatch)
            try await store.change(about: [], for: .maintaining) { transaction in
                try transaction.moveReceipts(Snapshot.moveDelivered(batch.places), batch.values)
            }
        }
    }

    /// The newest position of each membership, because a statement updates a row only once.
    private static func newest(of positions: [DeliveryPosition]) -> [DeliveryPosition] {
        var places: [Member.Key: Int] = [:]
        var newest: [DeliveryPosition] = []
        for position in positions {
            let key = Member.Key(room: position.room, user: position.user)
            if let place = places[key] {
                if newest[place].seq < position.seq { newest[place] = position }
            } else {
                places[key] = newest.count
                newest.append(position)
            }
        }
        return newest
    }

    /// Receipts per write: about a millisecond, so that no message waits long behind them.
    private static let receiptBatch = 100
}

extension WriteTransaction {
    fileprivate mutating func moveReceipts(_ sql: String, _ values: SQLValues) throws {
        consequences.receipts += try db.all(sql, values) { row in
            Receipt(roomID: row[0], userID: row[1], deliveredSeq: row[2], readSeq: row[3])
        }
    }
}

extension Snapshot {
    static let moveRead = """
        UPDATE members SET read_seq = ?1, delivered_seq = CASE WHEN delivered_seq < ?1 THEN ?1 ELSE delivered_seq END,
            receipt_position = (SELECT position FROM log_head)
        WHERE room_id = ?2 AND user_id = ?3 AND read_seq < ?1 RETURNING room_id, user_id, delivered_seq, read_seq
        """

    /// - Parameter places: Placeholders of rows of a room, a member, and the number of the event that was delivered.
    static func moveDelivered(_ places: String) -> String {
        """
        WITH moved (room, person, seq) AS (VALUES \(places))
        UPDATE members SET delivered_seq = moved.seq, receipt_position = (SELECT position FROM log_head) FROM moved
        WHERE members.room_id = moved.room AND members.user_id = moved.person AND members.delivered_seq < moved.seq
        RETURNING room_id, user_id, delivered_seq, read_seq
        """
    }
}
