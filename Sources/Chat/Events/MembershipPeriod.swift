import Vocabulary

/// A time that somebody spends, or has spent, in a room.
struct MembershipPeriod: Hashable {
    let roomID: Room.ID
    /// Their joining; the first event that they receive.
    let firstSeq: Int64
    /// Their leaving, or the end of the room; the last event that they receive. Nil while they are a member.
    let lastSeq: Int64?
}

/// Not everything that a client missed can be replayed to it, so nothing is.
struct IncompleteReplay: Error {}
