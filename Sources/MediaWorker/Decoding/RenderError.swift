import Kernel
import Vocabulary

/// Why the worker could not render a picture.
enum RenderError: Error, Equatable, CustomStringConvertible {
    /// With the error text of libvips, for the log.
    case vips(VipsFailure)
    /// The file ends early, and less than half of the picture is there.
    case truncated
    /// The file is complete, but less than half of the picture can be decoded. With the error text of libvips, for the
    /// log.
    case damaged(VipsFailure)
    /// The decoder reports another size than the header that was checked.
    case unexpectedSize
    case storage(FileFailure)

    /// The code for the client; nil when the picture is not at fault.
    var code: MediaFailureCode? {
        switch self {
        case .vips(let failure): failure.code
        case .truncated: .truncated
        case .damaged: .undecodable
        case .unexpectedSize: .tooComplex
        case .storage: nil
        }
    }

    var description: String {
        switch self {
        case .vips(let failure): failure.description
        case .truncated: "the file ends before half of the picture"
        case .damaged(let failure): "less than half of the picture can be decoded: \(failure)"
        case .unexpectedSize: "the decoder reports another size than the header"
        case .storage(let failure): failure.description
        }
    }
}
