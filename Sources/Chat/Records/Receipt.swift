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
