/// Decides what follows a failed attempt. A pure rule: counts and times are passed in.
package struct RetrySchedule: Sendable, Equatable {
    /// Number of crashes after which the same content is not rendered again. A first crash may have another cause; a
    /// second one is blamed on the content.
    package static let crashLimit = 2
    /// How long a copy of failed content fails without an attempt. After that the content gets another attempt, since
    /// the renderer may have been updated.
    package static let knownFailureLifetime = Duration.seconds(86_400)

    /// Time before the first retry, which is also the only one after a resource limit. Default 5 minutes.
    package var firstDelay = Duration.seconds(300)
    /// Time before each further retry. Default 1 hour, 24 hours.
    package var furtherDelays: [Duration] = [.seconds(3600), .seconds(86_400)]

    package init() {}

    /// Upper bound of the delay of a retry. The extra hour allows for clocks that are being corrected.
    var longestDelay: Duration { furtherDelays.reduce(firstDelay, max) + .seconds(3600) }

    package enum Step: Sendable, Equatable {
        /// The rendering returns to its place in the queue.
        case again
        /// The rendering failed and is retried after a delay.
        case retry(after: Duration)
        /// The rendering failed permanently, and every copy of its content would fail too.
        case reject
        /// Like `reject`, and a requested retry is refused too.
        case quarantine
        /// The rendering failed permanently, but its content is not at fault.
        case giveUp
    }

    /// - Parameters:
    ///   - crashes: Crashes of the same content before this attempt.
    ///   - retries: Retries of this rendering before this attempt.
    package func step(after problem: RenderProblem, crashes: Int, retries: Int) -> Step {
        let isLast = crashes + 1 >= Self.crashLimit
        switch problem.cause {
        case .picture: return .reject
        case .quarantined: return .quarantine
        case .crash: return isLast ? .quarantine : .again
        case .resourceLimit: return isLast ? .quarantine : .retry(after: firstDelay)
        case .file: return delay(afterRetries: retries).map { .retry(after: $0) } ?? .giveUp
        }
    }

    private func delay(afterRetries count: Int) -> Duration? {
        guard count > 0 else { return firstDelay }
        return count <= furtherDelays.count ? furtherDelays[count - 1] : nil
    }
}

extension RetrySchedule.Step {
    /// Whether every copy of the same content would fail in the same way.
    var appliesToContent: Bool {
        switch self {
        case .reject, .quarantine: true
        case .again, .retry, .giveUp: false
        }
    }
}
