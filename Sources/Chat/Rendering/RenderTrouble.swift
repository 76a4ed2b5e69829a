/// What went wrong with one try to render a picture.
package struct RenderTrouble: Sendable, Equatable {
    package enum Cause: Sendable, CaseIterable {
        /// The picture is at fault, and would be again.
        case picture
        /// Its worker, or the whole server, ended in the middle, and nobody knows why.
        case death
        /// Its worker was killed, because it took too long or too much memory.
        case excess
        /// Its original is missing or cannot be read; the picture itself may be sound.
        case file
        /// It was not tried: its bytes have brought down as many workers as any may.
        case deadly
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

    /// What is told of a picture that is given to no worker again.
    package static let deadly = RenderTrouble(
        .deadly,
        code: Attachment.Failure.quarantined,
        detail: "Rendering the picture has brought down the renderer twice. It is not tried again."
    )

    /// A try that has not come to an end, because the server did.
    package static let interrupted = RenderTrouble(
        .death,
        code: "interrupted",
        detail: "The server ended while it rendered the picture."
    )
}

extension RenderTrouble.Cause {
    /// Whether a worker is gone for it.
    var isDeath: Bool {
        switch self {
        case .death, .excess: true
        case .picture, .file, .deadly: false
        }
    }
}

extension Attachment.Failure {
    /// The code of a picture that brought down a worker too often.
    package static let quarantined = "quarantined"
}
