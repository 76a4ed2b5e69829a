/// What went wrong in one attempt to render a picture.
package struct RenderProblem: Sendable, Equatable {
    package enum Cause: Sendable, CaseIterable {
        /// The picture is at fault; another attempt would fail in the same way.
        case picture
        /// The worker, or the whole server, ended during the attempt, for an unknown reason.
        case crash
        /// The worker was killed because it took too much time or memory.
        case resourceLimit
        /// The original is missing or cannot be read; the picture itself may be intact.
        case file
        /// There was no attempt: the same content has reached the crash limit.
        case quarantined
    }

    package let cause: Cause
    /// Stable and machine-readable, for the client.
    package let code: String
    /// A sentence for the client.
    package let detail: String

    package init(_ cause: Cause, code: String, detail: String) {
        self.cause = cause
        self.code = code
        self.detail = detail
    }

    /// The problem of a picture that is not given to a worker again.
    package static let quarantined = RenderProblem(
        .quarantined,
        code: Attachment.Failure.quarantined,
        detail: "Rendering this picture crashed the renderer twice. It is not rendered again."
    )

    /// The problem of an attempt that was running when the server was killed.
    package static let interrupted = RenderProblem(
        .crash,
        code: "interrupted",
        detail: "The server ended while it rendered the picture."
    )
}

extension RenderProblem.Cause {
    /// Whether the attempt ended a worker, and so counts towards the crash limit.
    var isCrash: Bool {
        switch self {
        case .crash, .resourceLimit: true
        case .picture, .file, .quarantined: false
        }
    }
}

extension Attachment.Failure {
    /// The code of a picture whose content has reached the crash limit.
    package static let quarantined = "quarantined"
}
