import Synchronization

@testable import Chat

/// What a store has published, commit by commit.
final class PublishedEvents: Sendable {
    private let batches = Mutex<[[Event]]>([])

    func append(_ events: [Event]) {
        batches.withLock { $0.append(events) }
    }

    var all: [Event] {
        batches.withLock { $0.flatMap(\.self) }
    }

    var commitCount: Int {
        batches.withLock { $0.count }
    }

    func kinds(in room: Room.ID) -> [String] {
        all.filter { $0.roomID == room }.map(\.kind)
    }
}
