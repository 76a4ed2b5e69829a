import FoundationEssentials
import Vocabulary

/// The work of making an attachment's variants, from the end of its upload on. Plain files have none.
struct Rendering: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable {
        /// In the queue for its first variants.
        case waiting
        /// Given to a worker. When the server starts, it means interrupted by the end of the previous process.
        case running
        /// Failed, and retried at `failure.retryAt`.
        case scheduled
        /// The variants exist.
        case finished
        /// Failed until somebody requests a retry.
        case failed
        /// The attachment was deleted before the work was done.
        case cancelled
    }

    let attachmentID: Attachment.ID
    /// Owner of the attachment.
    let ownerID: User.ID
    /// SHA-256 of the attachment's bytes, 32 bytes.
    let sha256: Data
    /// Estimated milliseconds of rendering.
    let cost: Int
    var state = State.waiting
    /// Virtual finish time. Among waiting renderings with equally many crashes, the lowest is next.
    var queuePriority = Timestamp(milliseconds: 0)
    /// Failures since the upload, or since somebody last requested a retry.
    var retryCount = 0
    /// Crashes of the same content, as known when this rendering last ended.
    var crashCount = 0
    /// The last failure, as clients see it. It stays while a retry runs, so that the status does not flicker.
    var failure: Attachment.Failure?
    /// When an attempt at the same content failed permanently; set if every copy would fail in the same way.
    var contentFailedAt: Timestamp?
}

/// What follows a failed attempt.
package enum FailureDecision: Sendable, Equatable {
    /// The picture waits for its next attempt, which has no delay.
    case again
    case failed(Attachment.Failure)
}

extension Rendering {
    /// Ends a failed attempt.
    ///
    /// - Parameter crashes: Crashes of the same content before this attempt.
    mutating func fail(
        _ problem: RenderProblem,
        crashes: Int,
        _ schedule: RetrySchedule,
        at now: Timestamp
    ) -> FailureDecision {
        let step = schedule.step(after: problem, crashes: crashes, retries: retryCount)
        crashCount = crashes + (problem.cause.isCrash ? 1 : 0)
        guard let failure = Attachment.Failure(step, problem, at: now) else {
            state = self.failure == nil ? .waiting : .scheduled
            return .again
        }
        self.failure = failure
        state = failure.retryAt == nil ? .failed : .scheduled
        retryCount += 1
        contentFailedAt = step.appliesToContent ? now : nil
        return .failed(failure)
    }

    /// Returns a failed or finished rendering to the queue and restarts its retry schedule. Its crashes still count.
    mutating func requeue(_ priority: Timestamp) {
        // A running retry becomes the requested attempt; a second worker must not start on the same picture.
        if state != .running { state = .waiting }
        queuePriority = priority
        retryCount = 0
        failure = nil
        contentFailedAt = nil
    }
}

extension Attachment.Failure {
    /// Nil if the picture has not failed.
    fileprivate init?(_ step: RetrySchedule.Step, _ problem: RenderProblem, at now: Timestamp) {
        switch step {
        case .again: return nil
        case .retry(let delay): self.init(code: problem.code, detail: problem.detail, retryAt: now + delay)
        case .reject, .giveUp: self.init(code: problem.code, detail: problem.detail)
        case .quarantine:
            self.init(code: RenderProblem.quarantined.code, detail: RenderProblem.quarantined.detail)
        }
    }
}

extension Attachment.Status {
    /// - Parameter state: Nil for a plain file, which needs no rendering.
    init(_ state: Rendering.State?, _ failure: Attachment.Failure?) {
        switch (state, failure) {
        case (_, let failure?): self = .failed(failure)
        case (nil, nil), (.finished, nil): self = .ready
        case (_, nil): self = .processing
        }
    }
}
