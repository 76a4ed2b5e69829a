import Media

/// Why the worker could not render a picture.
enum RenderError: Error, Equatable, CustomStringConvertible {
    /// libvips' own words, for the log.
    case vips(VipsFailure)
    /// The header's check has found that the first frame is not all there.
    case truncated
    /// The decoder sees another size than the header that was checked.
    case unexpectedSize
    case storage(FileFailure)

    /// What the client may know; nil where the picture is not at fault.
    var code: RenderFailure.Code? {
        switch self {
        case .vips(let failure): failure.code
        case .truncated: .truncated
        case .unexpectedSize: .tooComplex
        case .storage: nil
        }
    }

    var description: String {
        switch self {
        case .vips(let failure): failure.description
        case .truncated: "the first frame is cut off"
        case .unexpectedSize: "the decoder sees another size than the header says"
        case .storage(let failure): failure.description
        }
    }
}
