import Synchronization

@testable import Chat

/// Keeps what a store has published, commit by commit, and what else it has had followed.
final class RecordingFollower: ConsequenceFollower {
    private struct Records {
        var batches: [[Event]] = []
        var followed: [Consequences] = []
        var active: [User.ID] = []
    }

    private let records = Mutex(Records())

    func publish(_ events: [Event]) {
        records.withLock { $0.batches.append(events) }
    }

    func follow(_ consequences: Consequences) async {
        records.withLock { $0.followed.append(consequences) }
    }

    func noteActivity(of user: User.ID) {
        records.withLock { $0.active.append(user) }
    }

    /// Who has done something, operation by operation.
    var active: [User.ID] {
        records.withLock { $0.active }
    }

    var events: [Event] {
        records.withLock { $0.batches.flatMap(\.self) }
    }

    var commitCount: Int {
        records.withLock { $0.batches.count }
    }

    func kinds(in room: Room.ID) -> [String] {
        events.filter { $0.roomID == room }.map(\.kind)
    }

    /// What was followed, operation by operation; those that had nothing but events are left out.
    var followed: [Consequences] {
        records.withLock { $0.followed }
    }
}
