import Vocabulary

/// Limits on the pictures that are given to a decoder.
package struct ImageLimits: Codable, Equatable, Sendable {
    /// Pixels of a picture that its decoder holds in memory as a whole. Default 40 million, range 1–268 million.
    package var pixelCount = 40_000_000
    /// Pixels of a picture that is decoded row by row: a baseline JPEG or a PNG that is not interlaced. Default 120
    /// million, which is above the 108 megapixels of phones; as a PNG they take up to 6 s.
    package var rowPixelCount = 120_000_000
    /// Pixels a side. Default 65,500, the most that libjpeg takes (`JPEG_MAX_DIMENSION`).
    package var side = 65_500
    /// Predicted memory of a decoder in bytes (``ImageFacts/decoderByteCount``). Default 80 MB, with which a worker
    /// stays at about 150 MiB in all, and below the limit that `JPEGMEM` sets for libjpeg.
    package var decoderByteCount = 80_000_000
    /// Scans of a JPEG. Default 100; real encoders write about 10.
    package var scanCount = 100
    /// Scans times megapixels of a JPEG, to which its decoding time is proportional. Default 600.
    package var scanMegapixels = 600
    /// Segments of metadata in a JPEG, each of which costs libjpeg an allocation. Default 1,000; the
    /// largest profile takes 64.
    package var segmentCount = 1_000
    /// Bytes of a JPEG's colour profile, which comes in parts of 64 KB. Default 4 MiB.
    package var profileByteCount = 4 << 20

    package init() {}

    /// - Throws: the first limit that the picture exceeds.
    package func check(_ facts: ImageFacts) throws(ImageLimitExceeded) {
        let pixelCount = facts.decoderMemoryModel == .rows ? rowPixelCount : pixelCount
        try checkSize(facts.storedWidth, facts.storedHeight, pixelCount: pixelCount)
        try checkScans(facts)
        guard facts.decoderByteCount <= decoderByteCount else {
            throw .decoderByteCount(decoderByteCount, facts.decoderMemoryModel)
        }
    }

    func checkSize(_ width: Int, _ height: Int, pixelCount: Int) throws(ImageLimitExceeded) {
        guard width <= side, height <= side else { throw .side(side) }
        guard width.times(height) <= pixelCount else { throw .pixelCount(pixelCount) }
    }

    private func checkScans(_ facts: ImageFacts) throws(ImageLimitExceeded) {
        guard facts.scanCount > 1 else { return }
        guard facts.scanCount <= scanCount else { throw .scanCount(scanCount) }
        guard facts.pixelCount.times(facts.scanCount) <= scanMegapixels.times(1_000_000) else {
            throw .scanMegapixels(scanMegapixels)
        }
    }
}

/// The limit that a picture exceeds, with its value.
package enum ImageLimitExceeded: Error, Equatable, Sendable, CustomStringConvertible {
    case pixelCount(Int)
    case side(Int)
    case decoderByteCount(Int, DecoderMemoryModel)
    case scanCount(Int)
    case scanMegapixels(Int)
    case segmentCount(Int)
    case profileByteCount(Int)

    /// The value of the limit, in the unit of ``ImageLimits``.
    package var value: Int {
        switch self {
        case .pixelCount(let value), .side(let value), .decoderByteCount(let value, _), .scanCount(let value),
            .scanMegapixels(let value), .segmentCount(let value), .profileByteCount(let value):
            value
        }
    }

    package var code: MediaFailureCode {
        switch self {
        case .pixelCount, .side, .decoderByteCount: .tooLarge
        case .scanCount, .scanMegapixels, .segmentCount, .profileByteCount: .tooComplex
        }
    }

    /// A sentence for the client, with the limit.
    package var description: String {
        switch self {
        case .pixelCount(let value): "The picture has more than \(value / 1_000_000) million pixels."
        case .side(let value): "The picture is wider or higher than \(value) pixels."
        case .decoderByteCount(let value, let model):
            "Decoding \(model.name) of this size takes more than \(value / 1_000_000) MB of memory."
        case .scanCount(let value): "The JPEG has more than \(value) scans."
        case .scanMegapixels(let value): "The JPEG has more than \(value) million pixels in all its scans together."
        case .segmentCount(let value): "The picture has more than \(value) metadata segments."
        case .profileByteCount(let value): "The JPEG's colour profile has more than \(value >> 20) MiB."
        }
    }
}
