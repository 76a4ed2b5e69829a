import Chat
import Glibc
import Kernel
import Media
import Pictures
import Vocabulary

/// The one place where it is decided whose fault a failed try is.
extension RenderProblem {
    /// Nil where the whole machine is in trouble, so that other pictures would meet it too. An error that nobody foresaw
    /// is taken for this one picture's: it must not keep the others waiting for ever.
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
        case let error where Store.isAilment(error):
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

    /// Reasons of the kernel (errno(3)) that have nothing to do with the file that was asked for.
    private static let machineWide: Set<Int32> = [ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM]
}
