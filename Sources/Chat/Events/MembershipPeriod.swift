import Vocabulary

/// A period during which somebody is, or was, a member of a room.
struct MembershipPeriod: Hashable {
    let roomID: Room.ID
    /// Number of their joining, the first event that they receive.
    let firstSeq: Int64
    /// Number of their leaving or of the room's deletion, the last event that they receive. Nil while they are a
    /// member.
    let lastSeq: Int64?
}

/// Thrown if not everything that a client missed can be replayed; nothing is replayed then.
struct IncompleteReplay: Error {}
