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
