import Synchronization

@testable import Server

/// A clock that stands still until it is told to go on.
final class StandingClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    func advance(by duration: Duration) {
        time.withLock { $0 += duration }
    }

    /// Makes a server's rates go by this clock.
    func apply(_ limits: inout Snug.InternalLimits) {
        limits.rateClock = { [self] in time.withLock { $0 } }
    }
}
