import Synchronization
import Vocabulary

@testable import Chat

/// The clock of a store whose rows are to be older than the test.
final class RowClock: Sendable {
    private struct State {
        var age = Duration.zero
        var onRead: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())

    /// How far it is behind the real clock.
    var age: Duration {
        get { state.withLock { $0.age } }
        set { state.withLock { $0.age = newValue } }
    }

    /// The store reads its clock once for each write, so this is called at each.
    func onRead(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onRead = action }
    }

    func read() -> Timestamp {
        let (age, action) = state.withLock { ($0.age, $0.onRead) }
        action()
        return .now - age
    }
}

extension Duration {
    static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
