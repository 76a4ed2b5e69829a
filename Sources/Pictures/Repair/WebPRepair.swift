/// Makes a WebP that ends early (RFC 9649 section 2.3) one that decoders open.
package enum WebPRepair {
    /// The chunks that are all there, and what they come to. Nil when none is missing, and when pixels are.
    ///
    /// Decoders refuse a file that is shorter than it says, even where only a later frame or metadata is missing.
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

    /// Whether a file that ends early announces EXIF and has none that is whole: it may have said how to turn the picture.
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

    /// The same file, as long as it says, with zeros for what is missing: its header can be read.
    package static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: max(announcedLength(bytes) - bytes.count, 0))
    }

    private static func isShort(_ bytes: [UInt8]) -> Bool { announcedLength(bytes) > bytes.count }

    /// At most twice what there is: more is no cut, but another size.
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
