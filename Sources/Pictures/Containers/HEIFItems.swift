/// The items of a `meta` box and the positions of their bytes (ISO/IEC 14496-12 sections 8.11.3 and 8.11.6).
struct HEIFItems {
    /// Most items, and most extents in total, that are read; a picture of 50 megapixels has about 200 tiles.
    private static let countLimit = 4_096

    struct Item {
        let type: FourCC
        /// An item of type `mime` with the media type of XMP.
        let isXMP: Bool
        /// Ranges of its bytes in the file, in order; empty when they are stored in an unsupported way.
        let extents: [Range<Int>]
    }

    /// In the order of the item location box. An item without a type has type 0.
    private(set) var list: [Item] = []

    private var kinds: [Int: (type: FourCC, isXMP: Bool)] = [:]
    private var extentCount = 0

    init(_ source: inout BufferedFileReader, in meta: Range<Int>) {
        if let box = ISOBoxes.first("iinf", in: meta, &source) { readTypes(&source, box) }
        guard let box = ISOBoxes.first("iloc", in: meta, &source) else { return }
        readPlaces(&source, box, data: ISOBoxes.first("idat", in: meta, &source)?.payload)
    }

    /// "iinf": a count whose length depends on the version, then a box for each item.
    private mutating func readTypes(_ source: inout BufferedFileReader, _ box: ISOBoxes.Box) {
        let countLength = source.byte(at: box.payload.lowerBound) == 0 ? 2 : 4
        let start = min(box.content.lowerBound + countLength, box.content.upperBound)
        var entries = ISOBoxes(in: start..<box.content.upperBound)
        while kinds.count < Self.countLimit, let entry = entries.next(&source) {
            var reader = NumberReader(entry.payload)
            guard entry.type == "infe", let version = reader.number(&source, 1), version >= 2 else { continue }
            reader.skip(3)
            guard let id = reader.number(&source, version == 2 ? 2 : 4), reader.number(&source, 2) != nil,
                let type = reader.code(&source)
            else { continue }
            let text = reader.position..<entry.payload.upperBound
            kinds[id] = (type, type == "mime" && source.contains("application/rdf+xml\0", in: text))
        }
    }

    /// "iloc": the lengths of its numbers, a count, then the extents of each item.
    private mutating func readPlaces(_ source: inout BufferedFileReader, _ box: ISOBoxes.Box, data: Range<Int>?) {
        guard let version = source.byte(at: box.payload.lowerBound), version <= 2 else { return }
        var reader = NumberReader(box.content)
        guard let lengths = reader.number(&source, 1), let moreLengths = reader.number(&source, 1),
            let count = reader.number(&source, version == 2 ? 4 : 2)
        else { return }
        let format = PlaceFormat(
            version: version,
            offset: lengths >> 4,
            length: lengths & 15,
            base: moreLengths >> 4,
            index: version == 0 ? 0 : moreLengths & 15
        )
        for _ in 0..<min(count, Self.countLimit) {
            guard let (id, extents) = readPlace(&source, &reader, format, data: data) else { return }
            let kind = kinds[id]
            list.append(Item(type: kind?.type ?? FourCC(rawValue: 0), isXMP: kind?.isXMP ?? false, extents: extents))
        }
    }

    /// Lengths of the numbers in the item location box in bytes, 0–15; 0 means that a number is omitted.
    private struct PlaceFormat {
        let version: UInt8
        let offset: Int
        let length: Int
        let base: Int
        let index: Int
    }

    private mutating func readPlace(
        _ source: inout BufferedFileReader,
        _ reader: inout NumberReader,
        _ format: PlaceFormat,
        data: Range<Int>?
    ) -> (id: Int, extents: [Range<Int>])? {
        guard let id = reader.number(&source, format.version == 2 ? 4 : 2),
            let method = reader.number(&source, format.version == 0 ? 0 : 2), reader.number(&source, 2) != nil,
            let base = reader.number(&source, format.base), let count = reader.number(&source, 2)
        else { return nil }
        // Method 0 counts from the start of the file, 1 from the start of `idat`; 2 is for items derived from others.
        let origin = method & 15 == 0 ? 0..<source.count : method & 15 == 1 ? data : nil
        var extents: [Range<Int>] = []
        for _ in 0..<count {
            guard extentCount < Self.countLimit, reader.number(&source, format.index) != nil,
                let offset = reader.number(&source, format.offset), let length = reader.number(&source, format.length)
            else { return nil }
            extentCount += 1
            guard let origin else { continue }
            // A length of 0 means the rest.
            let start = min(origin.lowerBound + base + offset, origin.upperBound)
            extents.append(start..<(length == 0 ? origin.upperBound : min(start + length, origin.upperBound)))
        }
        return (id, extents)
    }
}
