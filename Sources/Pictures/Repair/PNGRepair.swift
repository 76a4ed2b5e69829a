/// Repairs damaged (PNG specification, third edition, section 5.5) and truncated chunks of a PNG.
package enum PNGRepair {
    /// Corrects the checksums of the chunks that a decoder needs, and adds an end after truncated pixels, of which
    /// libpng would not read the last 8 KiB. Only the decoder can tell whether the contents of the chunks are valid.
    package static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        forEachChunk(of: bytes) { chunk in
            guard !chunk.isAncillary, let correct = correctChecksum(of: chunk, in: bytes) else { return }
            result.replaceSubrange(chunk.payload.upperBound..<chunk.end, with: correct)
        }
        guard let start = truncatedPixels(of: bytes) else { return result }
        let pixels = PNGChunks.chunk("IDAT", bytes[(start + 8)...])
        return result[..<start] + pixels + PNGChunks.chunk("IEND", [UInt8]())
    }

    /// The start of the pixel chunk in which the file ends; nil when it does not.
    private static func truncatedPixels(of bytes: [UInt8]) -> Int? {
        var source = BufferedFileReader(bytes)
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source) {
            if chunk.end > bytes.count { return chunk.type == "IDAT" ? chunk.start : nil }
        }
        return nil
    }

    /// Whether a chunk about the display of pixels has a wrong checksum, so that decoders ignore it.
    package static func hasDamagedExtras(_ bytes: [UInt8]) -> Bool {
        var isDamaged = false
        forEachChunk(of: bytes) { chunk in
            if chunk.isAncillary, correctChecksum(of: chunk, in: bytes) != nil { isDamaged = true }
        }
        return isDamaged
    }

    private static func forEachChunk(of bytes: [UInt8], _ body: (PNGChunks.Chunk) -> Void) {
        var source = BufferedFileReader(bytes)
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source), chunk.end <= bytes.count { body(chunk) }
    }

    /// Nil when the checksum of the chunk is correct.
    private static func correctChecksum(of chunk: PNGChunks.Chunk, in bytes: [UInt8]) -> [UInt8]? {
        let correct = PNGChunks.bytes(CRC32.checksum(of: bytes[chunk.start + 4..<chunk.payload.upperBound]))
        return bytes[chunk.payload.upperBound..<chunk.end].elementsEqual(correct) ? nil : correct
    }
}
