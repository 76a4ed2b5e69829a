import Media
import Synchronization

/// Receives the status of a supervisor, so that tests can wait for one.
final class StatusBoard: Sendable {
    private struct Waiter {
        let condition: @Sendable (WorkerStatus) -> Bool
        let signal: AsyncStream<Void>.Continuation
    }

    private let state = Mutex<(latest: WorkerStatus, waiters: [Waiter])>((WorkerStatus(), []))

    func post(_ status: WorkerStatus) {
        state.withLock { state in
            state.latest = status
            for waiter in state.waiters where waiter.condition(status) { waiter.signal.finish() }
            state.waiters.removeAll { $0.condition(status) }
        }
    }

    /// Waits until `condition` holds for the status, or the test is out of time.
    func wait(until condition: @escaping @Sendable (WorkerStatus) -> Bool) async {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self)
        state.withLock { state in
            if condition(state.latest) {
                signal.finish()
            } else {
                state.waiters.append(Waiter(condition: condition, signal: signal))
            }
        }
        for await _ in signals {}
    }
}
