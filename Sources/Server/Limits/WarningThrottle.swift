import Synchronization

/// Allows one warning per minute, so that a frequent condition does not fill the log.
final class WarningThrottle: Sendable {
    private static let interval = Duration.seconds(60)
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// Whether a warning may be logged now; if so, it counts as logged.
    func mayWarn(at now: ContinuousClock.Instant = .now) -> Bool {
        last.withLock { last in
            if let last, last.duration(to: now) < Self.interval { return false }
            last = now
            return true
        }
    }
}
