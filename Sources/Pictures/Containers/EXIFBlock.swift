/// Values of an EXIF block, which is an embedded TIFF file (EXIF 2.32 section 4.5, TIFF 6.0 section 2).
package struct EXIFBlock {
    /// Most entries of a directory that are read; cameras write about 40.
    private static let entryLimit = 256

    /// The orientation, 1–8; nil when the block has none.
    package private(set) var orientation: Int?
    /// It contains the position where the picture was taken.
    private(set) var hasPosition = false
    /// It contains notes of the camera's maker, often with serial numbers.
    private(set) var hasMakerNote = false
    private(set) var hasThumbnail = false

    /// - Parameters:
    ///   - start: position of the TIFF header.
    ///   - end: one past the last byte of the block; nothing beyond it is read.
    package init(_ source: inout BufferedFileReader, at start: Int, end: Int) {
        guard let tiff = TIFFReader(&source, at: start, end: end) else { return }
        var (camera, position): (Int?, Int?)
        let next = tiff.readDirectory(&source, at: tiff.number(&source, 4, 4), entryLimit: Self.entryLimit) {
            source,
            entry in
            switch entry.tag {
            case 0x0112:
                orientation = orientation ?? tiff.value(&source, entry).flatMap { (1...8).contains($0) ? $0 : nil }
            case 0x8769: camera = tiff.value(&source, entry)
            case 0x8825: position = tiff.value(&source, entry)
            default: break
            }
        }
        // Latitude and longitude (EXIF 2.32 section 4.6.6); the notes (section 4.6.5); a thumbnail (section 4.6.4).
        hasPosition = tiff.hasEntry(&source, [0x0002, 0x0004], at: position, entryLimit: Self.entryLimit)
        hasMakerNote = tiff.hasEntry(&source, [0x927C], at: camera, entryLimit: Self.entryLimit)
        hasThumbnail = tiff.hasEntry(&source, [0x0111, 0x0201], at: next, entryLimit: Self.entryLimit)
    }

    /// A block of 26 bytes with only an orientation.
    static func minimal(orientation: Int) -> [UInt8] {
        Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1]
            + [0, UInt8(truncatingIfNeeded: orientation), 0, 0, 0, 0, 0, 0]
    }
}

/// Reads numbers and directories of a TIFF file inside another file; offsets are relative to its header.
struct TIFFReader {
    let start: Int
    let end: Int
    let isLittleEndian: Bool

    struct Entry {
        let tag: Int
        /// TIFF 6.0 section 2, "Types": 1 byte, 3 short, 4 long, 8 and 9 the signed ones.
        let type: Int
        let count: Int
        /// Position of the value, or of its offset if it is longer than four bytes.
        let offset: Int
    }

    /// Nil when there is no TIFF header at `start`.
    init?(_ source: inout BufferedFileReader, at start: Int, end: Int) {
        isLittleEndian = source.has("II*\0", at: start)
        guard isLittleEndian || source.has("MM\0*", at: start) else { return nil }
        self.start = start
        self.end = end
    }

    func number(_ source: inout BufferedFileReader, _ offset: Int, _ length: Int) -> Int? {
        guard offset >= 0, offset <= end - start - length else { return nil }
        return isLittleEndian
            ? source.littleEndian(at: start + offset, length: length)
            : source.bigEndian(at: start + offset, length: length)
    }

    /// The first value of an entry, if it is an integer and all values fit into the entry.
    func value(_ source: inout BufferedFileReader, _ entry: Entry) -> Int? {
        let lengths = [1: 1, 3: 2, 8: 2, 4: 4, 9: 4]
        guard let length = lengths[entry.type], (1...4 / length).contains(entry.count) else { return nil }
        return number(&source, entry.offset, length)
    }

    /// Reads the directory at `offset` up to the end of the file.
    /// - Returns: the offset of the next directory; nil when there is none.
    @discardableResult
    func readDirectory(
        _ source: inout BufferedFileReader,
        at offset: Int?,
        entryLimit: Int,
        _ body: (inout BufferedFileReader, Entry) -> Void
    ) -> Int? {
        guard let offset, let count = number(&source, offset, 2) else { return nil }
        for index in 0..<min(count, entryLimit) {
            let position = offset + 2 + index * 12
            guard let tag = number(&source, position, 2), let type = number(&source, position + 2, 2),
                let count = number(&source, position + 4, 4), number(&source, position + 8, 4) != nil
            else { return nil }
            body(&source, Entry(tag: tag, type: type, count: count, offset: position + 8))
        }
        return number(&source, offset + 2 + count * 12, 4).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Whether the directory at `offset` has an entry of any of these tags.
    func hasEntry(_ source: inout BufferedFileReader, _ tags: Set<Int>, at offset: Int?, entryLimit: Int) -> Bool {
        var hasEntry = false
        readDirectory(&source, at: offset, entryLimit: entryLimit) { _, entry in
            hasEntry = hasEntry || tags.contains(entry.tag)
        }
        return hasEntry
    }
}
