import Chat
import Glibc
import Kernel
import Media
import Pictures
import Vocabulary

/// Decides whether a failed attempt is the fault of the picture, its file, the worker or the machine.
extension RenderProblem {
    /// Nil if the error would affect other pictures too, such as a full disk. An unknown error is attributed to this
    /// picture, so that it cannot block the queue.
    init?(_ error: any Error) {
        switch error {
        case let failure as RenderFailure:
            guard let code = failure.code else { return nil }
            self.init(code)
        case let limit as ImageLimitExceeded:
            self.init(.picture, code: limit.code.rawValue, detail: limit.description)
        case let failure as FileFailure where failure.isMissing:
            self.init(.file, code: "missing", detail: "The file is missing on the server.")
        case let failure as FileFailure where Self.machineWide.contains(failure.code):
            return nil
        case is CancellationError, is Refusal:
            return nil
        case let error where Store.isDatabaseFailure(error):
            return nil
        default:
            self.init(.file, code: "unreadable", detail: "The server cannot read the file.")
        }
    }

    private init(_ code: MediaFailureCode) {
        let cause: Cause =
            switch code {
            case .undecodable, .truncated, .tooComplex, .tooLarge: .picture
            case .workerCrashed: .crash
            case .timedOut, .outOfMemory: .resourceLimit
            }
        self.init(cause, code: code.rawValue, detail: code.detail)
    }

    /// Error codes (errno(3)) that do not depend on the file.
    private static let machineWide: Set<Int32> = [ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM]
}
