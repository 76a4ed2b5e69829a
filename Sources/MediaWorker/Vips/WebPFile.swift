/// A WebP file as its encoder wrote it (https://developers.google.com/speed/webp/docs/riff_container).
enum WebPFile {
    private static let metadataChunks: [[UInt8]] = ["EXIF", "XMP ", "ICCP"].map { Array($0.utf8) }
    /// Flags for profile, EXIF and XMP in the first byte of a VP8X chunk.
    private static let metadataFlags: UInt8 = 0x20 | 0x08 | 0x04

    /// Whether the extended header announces an animation.
    static func isAnimated(_ file: UnsafeRawBufferPointer) -> Bool {
        file.count > 20 && file[12..<16].elementsEqual("VP8X".utf8) && file[20] & 0x02 != 0
    }

    /// Sets the transparency flag in the header of an animation. libvips 8.14 omits it if no frame has a transparent
    /// pixel within its own bounds, so that areas that no frame covers would be black.
    static func announceTransparency(_ file: UnsafeMutableRawBufferPointer) {
        if isAnimated(UnsafeRawBufferPointer(file)) { file[20] |= 0x10 }
    }

    /// Strips the metadata in place, which libvips 8.14 writes in spite of `strip`.
    ///
    /// - Returns: Remaining bytes; nil when the file does not have the form that the encoder writes.
    static func removeMetadata(_ file: UnsafeMutableRawBufferPointer) -> Int? {
        guard file.count >= 12, matches(file, 0, "RIFF"), matches(file, 8, "WEBP"), let chunks = chunks(of: file) else {
            return nil
        }
        let kept = chunks.filter { !metadataChunks.contains($0.name) }
        // For a single frame without an alpha chunk, the extended header is redundant.
        let isSimple = kept.filter { $0.name != extendedHeader }.count == 1
        var target = 12
        for chunk in kept where !(isSimple && chunk.name == extendedHeader) {
            if chunk.name == extendedHeader { file[chunk.range.lowerBound + 8] &= ~metadataFlags }
            file[target...].copyBytes(from: Array(file[chunk.range]))
            target += chunk.range.count
        }
        file.storeBytes(of: UInt32(target - 8).littleEndian, toByteOffset: 4, as: UInt32.self)
        return target
    }

    private static let extendedHeader = Array("VP8X".utf8)

    private struct Chunk {
        let name: [UInt8]
        /// Name, size, content and padding.
        let range: Range<Int>
    }

    private static func chunks(of file: UnsafeMutableRawBufferPointer) -> [Chunk]? {
        var chunks: [Chunk] = []
        var position = 12
        while position < file.count {
            guard position + 8 <= file.count else { return nil }
            let size = Int(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)))
            // A chunk of odd size has a padding byte.
            let end = position + 8 + size + size % 2
            guard end <= file.count else { return nil }
            let name = Array(file[position..<position + 4])
            guard name != extendedHeader || size >= 10 else { return nil }
            chunks.append(Chunk(name: name, range: position..<end))
            position = end
        }
        return chunks
    }

    private static func matches(_ file: UnsafeMutableRawBufferPointer, _ offset: Int, _ name: String) -> Bool {
        file[offset..<offset + 4].elementsEqual(name.utf8)
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    fileprivate func copyBytes(from bytes: [UInt8]) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyBytes(from: bytes)
    }
}
