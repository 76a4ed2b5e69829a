import Foundation
import Synchronization

/// Runs work that waits for the disk on a thread outside the cooperative pool.
enum BlockingWork {
    /// - Parameter body: Ends early by asking the stop request often enough.
    /// - Throws: `CancellationError` after a cancellation that `body` noticed, and what `body` throws.
    static func run<Value: Sendable>(_ body: @escaping @Sendable (StopRequest) throws -> Value) async throws -> Value {
        let stop = StopRequest()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { ended in
                DispatchQueue.global().async { ended.resume(with: Result { try body(stop) }) }
            }
        } onCancel: {
            stop.request()
        }
    }
}

/// Asks work on another thread to end.
final class StopRequest: Sendable {
    private let isRequested = Mutex(false)

    func request() {
        isRequested.withLock { $0 = true }
    }

    /// - Throws: `CancellationError`.
    func check() throws {
        if isRequested.withLock({ $0 }) { throw CancellationError() }
    }
}
