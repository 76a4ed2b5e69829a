/// What is read from an EXIF block: a TIFF file of its own (EXIF 2.32 section 4.5, TIFF 6.0 section 2).
package struct EXIFBlock {
    /// Entries of a directory that are looked at; cameras write about 40.
    private static let entryLimit = 256

    /// How to turn the picture upright, 1–8; nil when the block does not say.
    package private(set) var orientation: Int?

    /// - Parameters:
    ///   - start: where the TIFF header is.
    ///   - end: one past the block's last byte; nothing beyond it is read.
    package init(_ source: inout ByteSource, at start: Int, end: Int) {
        guard let tiff = TIFFReader(&source, at: start, end: end) else { return }
        tiff.readDirectory(&source, at: tiff.number(&source, 4, 4), entryLimit: Self.entryLimit) { source, entry in
            if entry.tag == 0x0112 {
                orientation = orientation ?? tiff.value(&source, entry).flatMap { (1...8).contains($0) ? $0 : nil }
            }
        }
    }
}

/// Reads numbers and directories of a TIFF file inside another file; offsets count from its header.
private struct TIFFReader {
    let start: Int
    let end: Int
    let isLittleEndian: Bool

    struct Entry {
        let tag: Int
        /// TIFF 6.0 section 2, "Types": 1 byte, 3 short, 4 long, 8 and 9 the signed ones.
        let type: Int
        let count: Int
        /// Where the value is, or its offset if it is longer than four bytes.
        let offset: Int
    }

    /// Nil when there is no TIFF header at `start`.
    init?(_ source: inout ByteSource, at start: Int, end: Int) {
        isLittleEndian = source.has("II*\0", at: start)
        guard isLittleEndian || source.has("MM\0*", at: start) else { return nil }
        self.start = start
        self.end = end
    }

    func number(_ source: inout ByteSource, _ offset: Int, _ length: Int) -> Int? {
        guard offset >= 0, offset <= end - start - length else { return nil }
        return isLittleEndian
            ? source.littleEndian(at: start + offset, length: length)
            : source.bigEndian(at: start + offset, length: length)
    }

    /// An entry's only or first value, if that is a whole number.
    func value(_ source: inout ByteSource, _ entry: Entry) -> Int? {
        guard entry.count > 0 else { return nil }
        return switch entry.type {
        case 1: number(&source, entry.offset, 1)
        case 3, 8: number(&source, entry.offset, 2)
        case 4, 9: number(&source, entry.offset, 4)
        default: nil
        }
    }

    /// Reads the directory at `offset`, as far as it is there.
    func readDirectory(
        _ source: inout ByteSource,
        at offset: Int?,
        entryLimit: Int,
        _ body: (inout ByteSource, Entry) -> Void
    ) {
        guard let offset, let count = number(&source, offset, 2) else { return }
        for index in 0..<min(count, entryLimit) {
            let position = offset + 2 + index * 12
            guard let tag = number(&source, position, 2), let type = number(&source, position + 2, 2),
                let count = number(&source, position + 4, 4)
            else { return }
            body(&source, Entry(tag: tag, type: type, count: count, offset: position + 8))
        }
    }
}
