import Synchronization

@testable import Chat

/// Records the published events, commit by commit, and the consequences that were followed.
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

    /// People who were active, one entry for each operation.
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

    /// The consequences of each operation that had more than events.
    var followed: [Consequences] {
        records.withLock { $0.followed }
    }
}
