import Vocabulary

/// A batch of a room's messages that moves to the archive: all that are in `messages` within a range of numbers.
package struct ArchivePlan: Sendable, Equatable {
    package let room: Room.ID
    /// Number before the range.
    let after: Int64
    /// Last number of the range, which is that of a message.
    package let upTo: Int64
    /// How many messages there are in it.
    package let count: Int
    /// The room's boundary when the batch was planned.
    let archivedSeq: Int64

    /// Whether the room's boundary moves. If not, the messages have returned from the archive.
    var movesBoundary: Bool { upTo > archivedSeq }
}

/// What decides which messages of a room move to the archive.
struct ArchiveCandidates {
    /// Messages that stay in each room, whatever their age: the largest page and one more, by which it is known that
    /// there are more. So the newest page never needs the archive.
    static let kept = 101

    let room: Room.ID
    let archivedSeq: Int64
    /// Number of the oldest message that stays; nil if the room has no more than stay anyway.
    let keptFrom: Int64?
    /// The oldest messages that are considered.
    let messages: [(seq: Int64, createdAt: Timestamp)]

    /// The next batch; nil if nothing moves.
    ///
    /// Messages that have returned move whatever their age. Others move in the order of their numbers, so one from when
    /// the clock was ahead holds up those after it.
    ///
    /// - Parameter cutoff: Messages from this time on stay.
    func plan(before cutoff: Timestamp) -> ArchivePlan? {
        guard let first = messages.first else { return nil }
        guard first.seq > archivedSeq else {
            return plan(after: first.seq - 1, messages.prefix { $0.seq <= archivedSeq })
        }
        guard let keptFrom else { return nil }
        return plan(after: archivedSeq, messages.prefix { $0.seq < keptFrom && $0.createdAt < cutoff })
    }

    private func plan(
        after seq: Int64,
        _ batch: ArraySlice<(seq: Int64, createdAt: Timestamp)>
    ) -> ArchivePlan? {
        guard let last = batch.last else { return nil }
        return ArchivePlan(room: room, after: seq, upTo: last.seq, count: batch.count, archivedSeq: archivedSeq)
    }
}
