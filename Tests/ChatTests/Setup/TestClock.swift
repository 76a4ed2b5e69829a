import Synchronization
import Vocabulary

@testable import Chat

/// A clock that stands still until it is told to go on.
final class TestClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_800_000_000_000))

    var now: Timestamp {
        time.withLock { $0 }
    }

    func advance(by duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }
}
