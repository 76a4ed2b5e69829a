import Kernel
import Pictures

/// Why the worker could not render a picture.
enum RenderError: Error, Equatable, CustomStringConvertible {
    /// libvips' own words, for the log.
    case vips(VipsFailure)
    /// The file ends early, and less than half of the picture is there.
    case truncated
    /// The file is all there, and less than half of the picture can be decoded; libvips' own words, for the log.
    case damaged(VipsFailure)
    /// The decoder sees another size than the header that was checked.
    case unexpectedSize
    case storage(FileFailure)

    /// What the client may know; nil where the picture is not at fault.
    var code: RenderFailure.Code? {
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
        case .truncated: "less than half of the picture is there"
        case .damaged(let failure): "less than half of the picture can be decoded: \(failure)"
        case .unexpectedSize: "the decoder sees another size than the header says"
        case .storage(let failure): failure.description
        }
    }
}
