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

/// What a decoder holds in memory, from which its memory use is predicted.
package enum DecoderMemoryModel: String, Sendable, CaseIterable {
    /// Some rows at a time.
    case rows
    /// All coefficients, until the last scan.
    case coefficients
    /// All pixels, until the last pass.
    case interlacedPNG
    case gif
    case lossyWebP
    case losslessWebP
    case animatedWebP
    case heif

    /// The name of such pictures in messages about their size.
    package var name: String {
        switch self {
        case .rows: "a picture"
        case .coefficients: "a progressive JPEG"
        case .interlacedPNG: "an interlaced PNG"
        case .gif: "a GIF"
        case .lossyWebP: "a WebP"
        case .losslessWebP: "a lossless WebP"
        case .animatedWebP: "an animated WebP"
        case .heif: "a HEIF or AVIF picture"
        }
    }
}

extension ImageFacts {
    package var decoderMemoryModel: DecoderMemoryModel {
        switch format {
        case .jpeg: coefficientByteCount > 0 ? .coefficients : .rows
        case .png: isInterlaced ? .interlacedPNG : .rows
        case .gif: .gif
        case .webp: isAnimated ? .animatedWebP : isLossless ? .losslessWebP : .lossyWebP
        case .heif, .avif: .heif
        }
    }

    /// Predicted peak memory of the decoder in bytes, in addition to the 40 MB for the smallest picture. `Int.max` for
    /// an impossible size.
    ///
    /// Measured with pictures of 12 megapixels and libvips 8.14.1 as peak resident memory, including the file itself:
    ///
    /// | picture | model | measured, bytes a pixel |
    /// | --- | --- | --- |
    /// | rows | 260 rows in 8 bits, and 80 as they are stored if they have 16 | JPEG 1.0, PNG 0.0, 16-bit PNG 0.3 |
    /// | coefficients | 2 bytes each, in whole blocks (libjpeg `jdcoefct.c`) | 3.8 (4:2:0), 6.7 (4:4:4) |
    /// | interlaced PNG | all pixels | 2.2 (8 bits), 5.0 (16 bits) |
    /// | GIF | the screen in RGBA, twice; three times if animated (libnsgif) | 5.9 static, 12.0 animated |
    /// | lossy WebP | 4:2:0, and alpha as a lossless WebP (libwebp `alpha_dec.c`) | 1.8, with alpha up to 5.1 |
    /// | lossless WebP | RGBA (libwebp `vp8l_dec.c`) | 4.7 |
    /// | animated WebP | the canvas in RGBA, and a frame as it is decoded | 8.0, 2.3 for the first frame alone |
    /// | HEIF, AVIF | half of the measured value, as their worker is always new; with alpha 6.5 | HEIC in tiles 6.0 |
    package var decoderByteCount: Int {
        switch decoderMemoryModel {
        case .rows: storedWidth.times(componentCount).times(min(storedHeight, channelByteCount == 1 ? 260 : 340))
        case .coefficients: coefficientByteCount
        case .interlacedPNG: pixelCount.times(componentCount).times(channelByteCount)
        case .gif: pixelCount.times(isAnimated ? 12 : 8)
        case .animatedWebP: pixelCount.times(hasAlpha ? 9 : 8)
        case .lossyWebP: pixelCount.times(hasAlpha ? 10 : 3) / 2
        case .losslessWebP: pixelCount.times(4)
        case .heif: pixelCount.times(hasAlpha ? 26 : 13).times(channelByteCount) / 4
        }
    }

    private var channelByteCount: Int { bitDepth > 8 ? 2 : 1 }
}
