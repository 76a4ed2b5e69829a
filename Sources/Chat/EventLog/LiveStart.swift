/// What a new live connection starts from, read at one moment.
package struct LiveStart: Sendable {
    package let user: User
    package let rooms: [Room.ID]
    /// Members who have not answered a stranger yet, by room: their presence is hidden from the others.
    package let pending: [Room.ID: Set<User.ID>]
    /// Whom the person has blocked, or who has blocked them.
    package let blocked: Set<User.ID>
    /// Position of the newest event that the rooms already reflect.
    package let position: Int64
    /// What happened behind the client's cursor; nil without a cursor, or when it cannot be told whole.
    package let missed: Missed?
}

/// Everything that a client could not hear while it was away.
package struct Missed: Sendable {
    /// Events that may be missed; for more the client had better fetch anew.
    package static let maxEvents = 1000
    /// Past memberships of one room that are told of, the newest; a client fetches the room again with its own joining,
    /// so removing and adding somebody many times costs them no more than doing it four times.
    package static let maxStaysPerRoom = 4
    /// Bytes that may be missed, as they are sent; above that the client had better fetch the rooms again.
    package static let maxBytes = 2 << 20
    /// Receipts that may be missed.
    package static let maxReceipts = 5000
    /// Profiles that may have changed.
    package static let maxProfiles = 1000
    /// Time by which a receipt may be told later than an event that happened after it; a tick or two, and some more for
    /// a machine that is busy.
    package static let receiptLag = Duration.seconds(5)

    /// In the order in which they happened. Things are told as they are now, so that nothing that was deleted since
    /// is told again.
    package let events: [Event]
    /// Those that may have moved meanwhile.
    package let receipts: [Receipt]
    /// People who share a room with this one and may have another name or avatar now.
    package let profiles: [User]
}

/// How far somebody has come in a room.
package struct Receipt: Sendable, Equatable {
    package let roomID: Room.ID
    package let userID: User.ID
    /// Everything up to here has reached a client of theirs.
    package let deliveredSeq: Int64
    /// Everything up to here they have seen.
    package let readSeq: Int64

    package init(roomID: Room.ID, userID: User.ID, deliveredSeq: Int64, readSeq: Int64) {
        self.roomID = roomID
        self.userID = userID
        self.deliveredSeq = deliveredSeq
        self.readSeq = readSeq
    }

    /// Of either number the greater, because receipts only move forward.
    package func merged(with other: Receipt) -> Receipt {
        Receipt(
            roomID: roomID,
            userID: userID,
            deliveredSeq: max(deliveredSeq, other.deliveredSeq),
            readSeq: max(readSeq, other.readSeq)
        )
    }
}
