/// The limit that a picture is over, with its value.
package enum ImageLimitExceeded: Error, Equatable, Sendable, CustomStringConvertible {
    case pixelCount(Int)
    case side(Int)
    case decoderByteCount(Int, DecoderMemoryModel)
    case scanCount(Int)
    case scanMegapixels(Int)
    case segmentCount(Int)
    case profileByteCount(Int)

    /// The value of the limit, in the unit that ``ImageLimits`` gives it.
    package var value: Int {
        switch self {
        case .pixelCount(let value), .side(let value), .decoderByteCount(let value, _), .scanCount(let value),
            .scanMegapixels(let value), .segmentCount(let value), .profileByteCount(let value):
            value
        }
    }

    /// Stable name for the client.
    package var code: RenderFailure.Code {
        switch self {
        case .pixelCount, .side, .decoderByteCount: .tooLarge
        case .scanCount, .scanMegapixels, .segmentCount, .profileByteCount: .tooComplex
        }
    }

    /// A sentence for the client, which names the limit.
    package var description: String {
        switch self {
        case .pixelCount(let value): "The picture has more than \(value / 1_000_000) million pixels."
        case .side(let value): "The picture is wider or higher than \(value) pixels."
        case .decoderByteCount(let value, let load):
            "As \(load.name), one of this size takes more than \(value / 1_000_000) MB of memory to decode."
        case .scanCount(let value): "The JPEG has more than \(value) scans."
        case .scanMegapixels(let value): "The JPEG has more than \(value) million pixels in all its scans together."
        case .segmentCount(let value): "The picture holds more than \(value) pieces of metadata."
        case .profileByteCount(let value): "The JPEG's colour profile has more than \(value >> 20) MiB."
        }
    }
}
