/// The directory of the pictures in a JPEG's file (CIPA DC-007, "Multi-Picture Format").
struct MultiPicture: Equatable {
    static let signature: StaticString = "MPF\0"
    /// Most entries that are read.
    private static let countLimit = 8

    struct Entry: Equatable {
        let byteCount: Int
        /// Relative to the TIFF header of the directory; 0 for the first picture.
        let offset: Int
    }

    /// Position of its TIFF header, to which offsets are relative.
    let base: Int
    let entries: [Entry]

    /// Nil when the payload contains no directory.
    init?(_ source: inout BufferedFileReader, in payload: Range<Int>) {
        base = payload.lowerBound + Self.signature.utf8CodeUnitCount
        guard source.has(Self.signature, at: payload.lowerBound),
            let tiff = TIFFReader(&source, at: base, end: payload.upperBound)
        else { return nil }
        var (count, start) = (0, 0)
        tiff.readDirectory(&source, at: tiff.number(&source, 4, 4), entryLimit: 16) { source, entry in
            guard entry.tag == 0xB002, entry.count >= 16 else { return }
            count = min(entry.count / 16, Self.countLimit)
            start = tiff.number(&source, entry.offset, 4) ?? 0
        }
        entries = (0..<count).compactMap { index in
            guard let byteCount = tiff.number(&source, start + index * 16 + 4, 4),
                let offset = tiff.number(&source, start + index * 16 + 8, 4)
            else { return nil }
            return Entry(byteCount: byteCount, offset: offset)
        }
    }

    /// A directory of a picture and its gain map, as a segment's payload: big-endian, in the order of section 5.2.
    static func payload(_ entries: [Entry]) -> [UInt8] {
        let listStart = 8 + 2 + 3 * 12 + 4
        var result = Array("\(signature)MM\0*".utf8)
        func append(_ number: Int) { result += PNGChunks.bytes(UInt32(truncatingIfNeeded: number)) }
        append(8)
        result += [0, 3]
        append(0xB000_0007)
        append(4)
        result += Array("0100".utf8)
        for number in [0xB001_0004, 1, entries.count, 0xB002_0007, entries.count * 16, listStart, 0] { append(number) }
        // The first is the "baseline MP primary image"; the others have no type that the format defines.
        for (index, entry) in entries.enumerated() {
            for number in [index == 0 ? 0x03_0000 : 0, entry.byteCount, entry.offset, 0] { append(number) }
        }
        return result
    }
}
