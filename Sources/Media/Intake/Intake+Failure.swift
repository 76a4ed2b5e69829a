import Kernel
import Pictures

extension Intake {
    /// Why an upload was not stored. Nothing of it is on disk.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// No bytes at all.
        case empty
        /// More bytes than allowed; `limit` in bytes.
        case tooLarge(limit: Int)
        /// A picture beyond a limit.
        case refused(ImageLimitExceeded)
        /// The request does not announce a form, or its boundary is unusable.
        case badBoundary(MultipartBoundary.Failure)
        case malformedForm(MultipartParser.Failure)
        case storage(FileFailure)

        /// A sentence for the client, without paths and system error texts.
        package var description: String {
            switch self {
            case .empty: "The file is empty."
            case .tooLarge(let limit): "The file is larger than \(limit) bytes."
            case .refused(let limit): limit.description
            case .badBoundary(let failure): failure.description
            case .malformedForm(let failure): failure.description
            case .storage(let failure):
                failure.isStorageFull ? "There is no space left." : "The file could not be stored."
            }
        }
    }
}

extension MultipartParser.Failure: CustomStringConvertible {
    /// A sentence for the client.
    package var description: String {
        switch self {
        case .headersTooLong: "The headers of a part are longer than \(MultipartParser.headerLimit) bytes."
        case .malformedHeaders: "The headers of a part are malformed."
        case .encoded(let field, let value):
            "The part of the file has \(field) \(value.prefix(32)); encoded content is not supported."
        case .tooMuchBesides: "The form has more than \(MultipartParser.skippedLimit) bytes besides the file."
        case .secondFile: "The form has more than one file."
        case .noFile: "The form has no part named file."
        case .noBoundary: "The form does not contain the boundary from Content-Type."
        case .truncated: "The form is incomplete."
        }
    }
}
