/// How large and how odd a picture may be before a decoder sees it.
package struct ImageLimits: Codable, Equatable, Sendable {
    /// Pixels of a picture that its decoder holds whole. Default 40 million, range 1–268 million.
    package var pixelCount = 40_000_000
    /// Pixels of a picture that is decoded row by row: a baseline JPEG or a PNG that is not interlaced. Default 120
    /// million, which is above the 108 megapixels of phones; as a PNG they take up to 6 s.
    package var rowPixelCount = 120_000_000
    /// Pixels a side. Default 65,500, the most that libjpeg takes (`JPEG_MAX_DIMENSION`).
    package var side = 65_500
    /// Bytes that a decoder is predicted to take (``ImageFacts/decoderByteCount``). Default 80 MB: with all else that a
    /// worker holds it stays at about 150 MiB, and below what `JPEGMEM` lets libjpeg take.
    package var decoderByteCount = 80_000_000
    /// Scans of a JPEG. Default 100; real encoders write about 10.
    package var scanCount = 100
    /// Scans times megapixels of a JPEG, which is what its decoding time grows with. Default 600.
    package var scanMegapixels = 600
    /// Segments of metadata in a JPEG, each of which costs libjpeg an allocation. Default 1,000; a profile of the largest
    /// kind takes 64.
    package var segmentCount = 1_000
    /// Bytes of a JPEG's colour profile, which comes in parts of 64 KB. Default 4 MiB.
    package var profileByteCount = 4 << 20

    package init() {}

    /// - Throws: the first limit that the picture is over.
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
