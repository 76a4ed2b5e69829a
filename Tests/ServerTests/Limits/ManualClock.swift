import Synchronization

@testable import Server

/// A clock that stands still until it is advanced.
final class ManualClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    func advance(by duration: Duration) {
        time.withLock { $0 += duration }
    }

    /// Makes the rates of a server use this clock.
    func apply(_ limits: inout Snug.InternalLimits) {
        limits.rateClock = { [self] in time.withLock { $0 } }
    }
}
