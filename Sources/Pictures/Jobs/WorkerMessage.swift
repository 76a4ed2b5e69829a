import Vocabulary

/// A message of the worker: one line of JSON on its standard output.
package enum WorkerMessage: Codable, Equatable, Sendable {
    /// The first message: the worker is sandboxed and accepts jobs.
    case ready(version: Int)
    /// The files of these sizes are complete; the others are empty.
    case rendered(id: BlobID, picture: RenderedPicture)
    /// The picture is at fault; another attempt would fail in the same way.
    case failed(id: BlobID, code: MediaFailureCode)
    /// The disk is at fault; another attempt may succeed.
    case storageFailed(id: BlobID)
    /// The last message: nothing more is read, and a job that was sent meanwhile has not begun.
    case leaving(reason: LeavingReason)

    package enum LeavingReason: String, Codable, Sendable {
        case idle
        case jobLimit
        case memoryLimit
        case endOfInput
    }
}
