/// Decides what becomes of a picture that could not be rendered. It has no clock and no store: both are asked for what
/// it needs, and do what it says.
package struct RetrySchedule: Sendable, Equatable {
    /// Workers that the same bytes may bring down, one way or another. A first one may have been killed by something
    /// else; a second one was not.
    package static let deathLimit = 2
    /// Time for which the same bytes get the same answer without being rendered again. After it they are tried once
    /// more: the renderer may be a newer one by then.
    package static let verdictLifetime = Duration.seconds(86_400)

    /// Time before the first retry, the only one where the worker was killed. Default 5 minutes.
    package var firstDelay = Duration.seconds(300)
    /// Time before each further one. Default 1 hour, 24 hours.
    package var furtherDelays: [Duration] = [.seconds(3600), .seconds(86_400)]

    package init() {}

    /// No retry that is planned now is due later than this. An hour is left to clocks that are being set right.
    var longestDelay: Duration { furtherDelays.reduce(firstDelay, max) + .seconds(3600) }

    package enum Step: Sendable, Equatable {
        /// It goes on waiting.
        case again
        /// It has failed, and is tried again by itself.
        case retry(after: Duration)
        /// It has failed for good, and so have its bytes.
        case reject
        /// The same, and nobody may have it tried again.
        case quarantine
        /// It has failed for good, but its bytes are not to blame.
        case giveUp
    }

    /// - Parameters:
    ///   - deaths: Workers that the same bytes have brought down before this.
    ///   - retries: Retries of this picture before this.
    package func step(after trouble: RenderTrouble, deaths: Int, retries: Int) -> Step {
        let isLast = deaths + 1 >= Self.deathLimit
        switch trouble.cause {
        case .picture: return .reject
        case .deadly: return .quarantine
        case .death: return isLast ? .quarantine : .again
        case .excess: return isLast ? .quarantine : .retry(after: firstDelay)
        case .file: return delay(afterRetries: retries).map { .retry(after: $0) } ?? .giveUp
        }
    }

    private func delay(afterRetries count: Int) -> Duration? {
        guard count > 0 else { return firstDelay }
        return count <= furtherDelays.count ? furtherDelays[count - 1] : nil
    }
}
