@testable import Pictures

/// A PNG whose pixels are in deflate's stored blocks (RFC 1950, 1951).
struct PlainPNG {
    let width: Int
    let height: Int
    /// As IHDR has them: bits a sample, colour type.
    var bitDepth: UInt8 = 8
    var colourType: UInt8 = 0
    /// Chunks between the header and the pixels.
    var chunks: [UInt8] = []
    /// Each with its filter byte.
    let rows: [UInt8]

    /// All pixels of one grey.
    init(grey: UInt8, width: Int, height: Int) {
        let row = [0] + [UInt8](repeating: grey, count: width)
        self.init(width: width, height: height, rows: (0..<height).flatMap { _ in row })
    }

    init(
        width: Int,
        height: Int,
        bitDepth: UInt8 = 8,
        colourType: UInt8 = 0,
        chunks: [UInt8] = [],
        rows: [UInt8]
    ) {
        (self.width, self.height) = (width, height)
        (self.bitDepth, self.colourType) = (bitDepth, colourType)
        (self.chunks, self.rows) = (chunks, rows)
    }

    var bytes: [UInt8] {
        let size = PNGChunks.bytes(UInt32(width)) + PNGChunks.bytes(UInt32(height))
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + PNGChunks.chunk("IHDR", size + [bitDepth, colourType, 0, 0, 0]) + chunks
            + PNGChunks.chunk("IDAT", stream) + PNGChunks.chunk("IEND", [UInt8]())
    }

    private var stream: [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: rows.count, by: 65_535) {
            let block = rows[start..<min(start + 65_535, rows.count)]
            let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
            stream += [block.endIndex == rows.count ? 1 : 0, low, high, ~low, ~high] + block
        }
        var (first, second) = (UInt32(1), UInt32(0))
        for byte in rows {
            first = (first + UInt32(byte)) % 65_521
            second = (second + first) % 65_521
        }
        return stream + PNGChunks.bytes(second << 16 | first)
    }
}
