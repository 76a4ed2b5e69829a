/// How large a picture may be before a decoder sees it.
package struct PixelLimits: Codable, Equatable, Sendable {
    /// Pixels in all. Default 40 million, range 1–268 million: above any phone's camera, below a bomb.
    package var pixelCount = 40_000_000
    /// Pixels a side. Default 16,384, the most that WebP can hold.
    package var side = 16_384
    /// Bytes of coefficients that a progressive JPEG makes its decoder hold. Default 100 MB, as `JPEGMEM` caps it.
    package var coefficientByteCount = 100_000_000
    /// Scans of a JPEG. Default 100; real encoders write about 10.
    package var scanCount = 100
    /// Scans times megapixels of a JPEG, which is what its decoding time grows with. Default 600.
    package var scanMegapixels = 600
    /// Bytes of a PNG that must be held whole, because it is interlaced or has 16 bits a channel. Default 64 MB.
    package var heldByteCount = 64_000_000
    /// Bytes that a PNG's compressed text and profile could inflate to. Default 32 MiB.
    package var inflatedByteCount = 32 << 20

    package init() {}

    func check(_ facts: ImageFacts) throws(PixelLimit) {
        guard facts.storedWidth <= side, facts.storedHeight <= side else { throw .side(side) }
        guard facts.pixelCount <= pixelCount else { throw .pixelCount(pixelCount) }
        switch facts.format {
        case .jpeg: try checkScans(facts)
        case .png: try checkHeldBytes(facts)
        case .gif, .webp, .heif, .avif: break
        }
    }

    private func checkScans(_ facts: ImageFacts) throws(PixelLimit) {
        guard facts.isProgressive || facts.scanCount > 1 else { return }
        guard facts.coefficientByteCount <= coefficientByteCount else { throw .progressive(coefficientByteCount) }
        guard facts.scanCount <= scanCount, facts.scanCount * facts.pixelCount <= scanMegapixels * 1_000_000 else {
            throw .scans(scanCount)
        }
    }

    private func checkHeldBytes(_ facts: ImageFacts) throws(PixelLimit) {
        guard facts.isInterlaced || facts.bitDepth > 8 else { return }
        let byteCount = facts.pixelCount * facts.componentCount * max(facts.bitDepth / 8, 1)
        guard byteCount <= heldByteCount else { throw .heldBytes(heldByteCount) }
    }
}

/// The limit that a picture is over, with its value.
package enum PixelLimit: Error, Equatable, Sendable, CustomStringConvertible {
    case pixelCount(Int)
    case side(Int)
    case progressive(Int)
    case scans(Int)
    case heldBytes(Int)

    /// The value of the limit, in the unit that ``PixelLimits`` gives it.
    package var value: Int {
        switch self {
        case .pixelCount(let value), .side(let value), .progressive(let value), .scans(let value),
            .heldBytes(let value):
            value
        }
    }

    /// A sentence for the client.
    package var description: String {
        switch self {
        case .pixelCount(let value): "The picture has more than \(value / 1_000_000) million pixels."
        case .side(let value): "The picture is wider or higher than \(value) pixels."
        case .progressive: "The picture is too large for a progressive JPEG."
        case .scans: "The progressive JPEG has too many scans."
        case .heldBytes: "The picture is too large for an interlaced or 16-bit PNG."
        }
    }
}
