import Kernel
import Vocabulary

/// Why a picture was not rendered.
package enum RenderFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The picture is at fault: another attempt would fail in the same way.
    case rejected(MediaFailureCode)
    /// The worker exceeded the time limit and was killed.
    case timedOut
    /// The worker exceeded the memory limit and was killed.
    case memoryCeiling
    /// The worker ended in the middle of the job.
    case workerDied
    /// A file is not what the worker reported.
    case invalidOutput
    /// The worker is missing, does not start in time, or has another version.
    case cannotStart
    /// The original cannot be read or the variants cannot be stored, for example on a full disk; nil when the worker
    /// reports it.
    case storage(FileFailure?)
    /// The queue is full.
    case overloaded
    /// The caller was cancelled. A job that had begun is finished nonetheless.
    case cancelled
    /// The supervisor has ended or is about to.
    case stopping

    /// The code for the client; nil while the state of the picture is open, because the job was not tried.
    package var code: MediaFailureCode? {
        switch self {
        case .rejected(let code): code
        case .timedOut: .timedOut
        case .memoryCeiling: .outOfMemory
        case .workerDied, .invalidOutput: .workerCrashed
        case .cannotStart, .storage, .overloaded, .cancelled, .stopping: nil
        }
    }

    package var description: String {
        switch self {
        case .rejected(let code): code.detail
        case .timedOut, .memoryCeiling, .workerDied, .invalidOutput: code?.detail ?? ""
        case .cannotStart: "The renderer does not start."
        case .storage(let reason):
            "The original cannot be read or the variants cannot be stored\(reason.map { " (\($0))" } ?? "")."
        case .overloaded: "Too many pictures are waiting to be rendered."
        case .cancelled: "The request for the picture was cancelled."
        case .stopping: "The server is stopping."
        }
    }
}
