/// Iterates over the boxes of one level of an ISO media file such as HEIF and AVIF (ISO/IEC 14496-12 section 4.2).
struct ISOBoxes {
    /// Most boxes of one level that are read; real pictures have fewer than a hundred, plus one for each tile.
    private static let countLimit = 10_000

    struct Box {
        let type: FourCC
        /// Position of its size.
        let start: Int
        /// Clamped to the enclosing range.
        let payload: Range<Int>

        /// The payload of a box that starts with a version and flags (section 4.2.2, "FullBox").
        var content: Range<Int> { min(payload.lowerBound + 4, payload.upperBound)..<payload.upperBound }
    }

    private var position: Int
    private let end: Int
    private var count = 0

    init(in range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    init(_ source: BufferedFileReader) { self.init(in: 0..<source.count) }

    /// The next box; nil at the end and for an invalid size.
    mutating func next(_ source: inout BufferedFileReader) -> Box? {
        var reader = NumberReader(position..<end)
        guard count < Self.countLimit, var size = reader.number(&source, 4), let type = reader.code(&source)
        else { return nil }
        count += 1
        if size == 0 {
            size = end - position
        } else if size == 1 {
            guard let large = reader.number(&source, 8) else { return nil }
            size = large
        }
        guard size >= reader.position - position else { return nil }
        let start = position
        position = min(start + size, end)
        return Box(type: type, start: start, payload: reader.position..<position)
    }

    /// The first box of a type in a range.
    static func first(_ type: FourCC, in range: Range<Int>, _ source: inout BufferedFileReader) -> Box? {
        var boxes = ISOBoxes(in: range)
        while let box = boxes.next(&source) {
            if box.type == type { return box }
        }
        return nil
    }

    /// Descends along the first boxes of these types.
    static func first(at path: [FourCC], in range: Range<Int>, _ source: inout BufferedFileReader) -> Box? {
        var range = range
        var found: Box?
        for type in path {
            guard let box = first(type, in: range, &source) else { return nil }
            range = box.payload
            found = box
        }
        return found
    }
}

/// The brands of an ISO media file: the formats that it declares to conform to (ISO/IEC 14496-12 section 4.3, "ftyp").
struct ISOBrands: Equatable {
    /// Most compatible brands that are read; real files have fewer than ten.
    static let compatibleLimit = 64

    let major: FourCC
    let compatible: Set<FourCC>

    /// Nil when the file does not start with its brands.
    init?(_ source: inout BufferedFileReader) {
        guard source.has("ftyp", at: 4), let size = source.bigEndian(at: 0, length: 4),
            let major = source.code(at: 8)
        else { return nil }
        self.major = major
        var compatible: Set<FourCC> = []
        for offset in stride(from: 16, to: min(size, 16 + Self.compatibleLimit * 4), by: 4) {
            guard let brand = source.code(at: offset) else { break }
            compatible.insert(brand)
        }
        self.compatible = compatible
    }

    /// Whether the file declares any of these brands.
    func contains(anyOf brands: Set<FourCC>) -> Bool { brands.contains(major) || !compatible.isDisjoint(with: brands) }
}
