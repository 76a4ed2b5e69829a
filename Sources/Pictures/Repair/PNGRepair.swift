/// Finds and mends chunks of a PNG that are damaged (PNG specification, third edition, section 5.5) or cut off.
package enum PNGRepair {
    /// The same file with the right checksums for the chunks that a decoder cannot do without, and with an end behind
    /// pixels that are cut off, of which libpng would leave the last 8 KiB unread. Whether what the chunks hold is right,
    /// only the decoder can tell.
    package static func mended(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        forEachChunk(of: bytes) { chunk in
            guard !chunk.isAncillary, let right = rightChecksum(of: chunk, in: bytes) else { return }
            result.replaceSubrange(chunk.payload.upperBound..<chunk.end, with: right)
        }
        guard let start = cutPixels(of: bytes) else { return result }
        let pixels = PNGChunks.chunk("IDAT", bytes[(start + 8)...])
        return result[..<start] + pixels + PNGChunks.chunk("IEND", [UInt8]())
    }

    /// Where the chunk of pixels begins at which the file breaks off.
    private static func cutPixels(of bytes: [UInt8]) -> Int? {
        var source = BufferedFileReader(bytes)
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source) {
            if chunk.end > bytes.count { return chunk.type == "IDAT" ? chunk.start : nil }
        }
        return nil
    }

    /// Whether a chunk that says how to show the pixels has a wrong checksum: decoders do without it then.
    package static func hasDamagedExtras(_ bytes: [UInt8]) -> Bool {
        var isDamaged = false
        forEachChunk(of: bytes) { chunk in
            if chunk.isAncillary, rightChecksum(of: chunk, in: bytes) != nil { isDamaged = true }
        }
        return isDamaged
    }

    private static func forEachChunk(of bytes: [UInt8], _ body: (PNGChunks.Chunk) -> Void) {
        var source = BufferedFileReader(bytes)
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source), chunk.end <= bytes.count { body(chunk) }
    }

    /// Nil when the chunk has it.
    private static func rightChecksum(of chunk: PNGChunks.Chunk, in bytes: [UInt8]) -> [UInt8]? {
        let right = PNGChunks.bytes(CRC32.checksum(of: bytes[chunk.start + 4..<chunk.payload.upperBound]))
        return bytes[chunk.payload.upperBound..<chunk.end].elementsEqual(right) ? nil : right
    }
}
