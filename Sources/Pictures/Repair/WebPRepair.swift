/// Makes a truncated WebP (RFC 9649 section 2.3) acceptable to decoders.
package enum WebPRepair {
    /// The file reduced to its complete chunks. Nil when it is not truncated, and when no pixels would remain.
    ///
    /// Decoders reject a file that is shorter than it announces, even when only later frames or metadata are missing.
    package static func shortened(_ bytes: [UInt8]) -> [UInt8]? {
        var source = BufferedFileReader(bytes)
        guard isShort(bytes) else { return nil }
        var chunks = RIFFChunks(&source)
        var end = RIFFChunks.headerLength + 4
        var hasPixels = false
        while let chunk = chunks.next(&source), !chunk.isCut {
            if ["VP8 ", "VP8L", "ANMF"].contains(chunk.type) { hasPixels = true }
            end = chunk.end
        }
        guard hasPixels else { return nil }
        let kept = Array(bytes.prefix(end))
        return withLength(kept + [UInt8](repeating: 0, count: end - kept.count))
    }

    /// Whether a truncated file announces EXIF but contains no complete block, which may have had the orientation.
    package static func lacksEXIF(_ bytes: [UInt8]) -> Bool {
        var source = BufferedFileReader(bytes)
        guard isShort(bytes) else { return false }
        var chunks = RIFFChunks(&source)
        var isAnnounced = false
        while let chunk = chunks.next(&source), !chunk.isCut {
            if chunk.type == "EXIF" { return false }
            // The flags are the first byte (RFC 9649 section 2.7.1).
            if chunk.type == "VP8X" { isAnnounced = (source.byte(at: chunk.payload.lowerBound) ?? 0) & 0x08 != 0 }
        }
        return isAnnounced
    }

    /// The file padded with zeros to the length that it announces, so that its header can be read.
    package static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: max(announcedLength(bytes) - bytes.count, 0))
    }

    private static func isShort(_ bytes: [UInt8]) -> Bool { announcedLength(bytes) > bytes.count }

    /// Limited to twice the actual length: a larger value is not the result of truncation.
    private static func announcedLength(_ bytes: [UInt8]) -> Int {
        var source = BufferedFileReader(bytes)
        return min(RIFFChunks.headerLength + (source.littleEndian(at: 4, length: 4) ?? 0), bytes.count * 2)
    }

    private static func withLength(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt32(truncatingIfNeeded: bytes.count - RIFFChunks.headerLength)
        var result = bytes
        result.replaceSubrange(4..<8, with: [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) })
        return result
    }
}
