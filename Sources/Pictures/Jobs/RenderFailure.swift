import Kernel

/// Why there are no variants.
package enum RenderFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The picture is at fault: trying again would end the same.
    case rejected(Code)
    /// Took longer than the deadline and was killed.
    case timedOut
    /// Took more memory than the ceiling and was killed.
    case memoryCeiling
    /// Ended by itself or by somebody else's hand in the middle of the job.
    case workerDied
    /// What the worker made is not what it said.
    case untrustworthy
    /// The worker is missing, does not start in time, or is of another version.
    case cannotStart
    /// The original could not be read or the variants not be kept, as on a full disk; nil when it is the worker that
    /// says so.
    case storage(FileFailure?)
    /// More jobs are waiting than the queue holds.
    case overloaded
    /// The caller gave up. A job that had begun is finished all the same.
    case cancelled
    /// The supervisor has ended or is about to.
    case stopping

    /// Stable names for what a client is told.
    package enum Code: String, Codable, Sendable, CaseIterable {
        case undecodable
        case truncated
        case tooComplex = "too_complex"
        case tooLarge = "too_large"
        case timedOut = "timed_out"
        case workerCrashed = "worker_crashed"
        case outOfMemory = "out_of_memory"
    }

    /// What to tell the client; nil when the picture's state is still open, because the job has not been tried.
    package var code: Code? {
        switch self {
        case .rejected(let code): code
        case .timedOut: .timedOut
        case .memoryCeiling: .outOfMemory
        case .workerDied, .untrustworthy: .workerCrashed
        case .cannotStart, .storage, .overloaded, .cancelled, .stopping: nil
        }
    }

    package var description: String {
        switch self {
        case .rejected(let code): code.detail
        case .timedOut, .memoryCeiling, .workerDied, .untrustworthy: code?.detail ?? ""
        case .cannotStart: "The renderer does not start."
        case .storage(let reason):
            "The disk does not take or give what rendering needs\(reason.map { " (\($0))" } ?? "")."
        case .overloaded: "Too many pictures are waiting to be rendered."
        case .cancelled: "Nobody waits for the picture any more."
        case .stopping: "The server is stopping."
        }
    }
}

extension RenderFailure.Code {
    /// A sentence for the client.
    package var detail: String {
        switch self {
        case .undecodable: "The picture is damaged or not what it claims to be."
        case .truncated: "The picture is incomplete."
        case .tooComplex: "The picture is too complex to be rendered."
        case .tooLarge: "The picture is too large to be rendered."
        case .timedOut: "Rendering the picture took too long."
        case .workerCrashed: "The renderer stopped unexpectedly."
        case .outOfMemory: "Rendering the picture took too much memory."
        }
    }
}
