/// Distinguishes truncated files from damaged ones.
package enum FileEnd {
    /// False for files of another format.
    package static func isMissing(from bytes: [UInt8], of format: FileKind) -> Bool {
        guard FileKind(signature: bytes) == format else { return false }
        var source = BufferedFileReader(bytes)
        switch format {
        case .jpeg: return !hasEndOfImage(&source)
        case .png: return !hasLastChunk(&source)
        case .gif: return !hasTrailer(&source)
        case .webp:
            let length = source.littleEndian(at: 4, length: 4) ?? 0
            return RIFFChunks.headerLength + length > bytes.count
        case .heif, .avif: return !hasWholeBoxes(&source)
        }
    }

    private static func hasEndOfImage(_ source: inout BufferedFileReader) -> Bool {
        var segments = JPEGSegments()
        while let segment = segments.next(&source) {
            if segment.marker == JPEGSegments.endOfImage { return true }
        }
        // An invalid length ends the iteration early, although the file may be complete.
        return source.count > 2 && source.bytes(at: source.count - 2, length: 2) == [0xFF, JPEGSegments.endOfImage]
    }

    private static func hasLastChunk(_ source: inout BufferedFileReader) -> Bool {
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source) {
            if chunk.type == "IEND" { return true }
        }
        return false
    }

    private static func hasTrailer(_ source: inout BufferedFileReader) -> Bool {
        guard var blocks = GIFBlocks(&source) else { return false }
        while let block = blocks.next(&source) {
            if block.kind == .trailer { return true }
        }
        return source.byte(at: source.count - 1) == 0x3B
    }

    private static func hasWholeBoxes(_ source: inout BufferedFileReader) -> Bool {
        var boxes = ISOBoxes(source)
        var end = 0
        while let box = boxes.next(&source) {
            let size = source.bigEndian(at: box.start, length: 4) ?? 0
            if size > 1, box.start + size > source.count { return false }
            end = box.payload.upperBound
        }
        return end == source.count
    }
}
