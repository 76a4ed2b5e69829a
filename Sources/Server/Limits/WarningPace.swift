import Synchronization

/// Lets one warning of a kind through a minute, so that what happens a thousand times a second does not fill the log.
final class WarningPace: Sendable {
    private static let interval = Duration.seconds(60)
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// - Returns: Whether it is time for another one; then this was it.
    func mayWarn(at now: ContinuousClock.Instant = .now) -> Bool {
        last.withLock { last in
            if let last, last.duration(to: now) < Self.interval { return false }
            last = now
            return true
        }
    }
}
