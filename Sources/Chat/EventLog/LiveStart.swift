/// The state that a new live connection starts from, read in one snapshot.
package struct LiveStart: Sendable {
    package let user: User
    package let rooms: [Room.ID]
    /// By room, the members who have not answered a stranger yet. Their presence is hidden from the others.
    package let pending: [Room.ID: Set<User.ID>]
    /// The people whom the person has blocked, and those who have blocked the person.
    package let blocked: Set<User.ID>
    /// Position of the newest event that the rooms already reflect.
    package let position: Int64
    /// The events after the client's cursor; nil without a cursor, or when they cannot be replayed completely.
    package let missed: Missed?
}

/// Everything that a client did not receive while it was disconnected.
package struct Missed: Sendable {
    /// Events that are replayed at most. A client that missed more fetches its state again.
    package static let maxEvents = 1000
    /// Past memberships of one room that are replayed at most, the newest ones. A client fetches the room when it joins
    /// again, so removing and adding somebody many times costs no more than doing it four times.
    package static let maxStaysPerRoom = 4
    /// Bytes that are replayed at most, as sent. A client that missed more fetches its state again.
    package static let maxBytes = 2 << 20
    /// Receipts that are sent at most.
    package static let maxReceipts = 5000
    /// Changed profiles that are sent at most.
    package static let maxProfiles = 1000
    /// Time by which a receipt may be sent later than an event that happened after it: one or two ticks of the hub, and
    /// a reserve for a busy machine.
    package static let receiptLag = Duration.seconds(5)

    /// In their original order. Their contents are read now, so nothing that was deleted in the meantime is in them.
    package let events: [Event]
    /// Receipts that may have moved in the meantime.
    package let receipts: [Receipt]
    /// People who share a room with this one and may have another name or avatar now.
    package let profiles: [User]
}

/// The newest events of a room that a person has received and read.
package struct Receipt: Sendable, Equatable {
    package let roomID: Room.ID
    package let userID: User.ID
    /// Everything up to this number was delivered to one of the person's clients.
    package let deliveredSeq: Int64
    /// Everything up to this number was read.
    package let readSeq: Int64

    package init(roomID: Room.ID, userID: User.ID, deliveredSeq: Int64, readSeq: Int64) {
        self.roomID = roomID
        self.userID = userID
        self.deliveredSeq = deliveredSeq
        self.readSeq = readSeq
    }

    /// Takes the greater of each number, because receipts only move forward.
    package func merged(with other: Receipt) -> Receipt {
        Receipt(
            roomID: roomID,
            userID: userID,
            deliveredSeq: max(deliveredSeq, other.deliveredSeq),
            readSeq: max(readSeq, other.readSeq)
        )
    }
}
