/// Walks the boxes of one level of an ISO media file (ISO/IEC 14496-12 section 4.2), as HEIF and AVIF are.
struct ISOBoxes {
    /// Boxes of one level that are looked at; real pictures have fewer than a hundred, and one for each of their tiles.
    private static let countLimit = 10_000

    struct Box {
        let type: FourCC
        /// Where its size is.
        let start: Int
        /// Cut at the end of what holds it.
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

    /// The next box; nil at the end and where a size is impossible.
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

    /// The first box of a type in part of a file.
    static func first(_ type: FourCC, in range: Range<Int>, _ source: inout BufferedFileReader) -> Box? {
        var boxes = ISOBoxes(in: range)
        while let box = boxes.next(&source) {
            if box.type == type { return box }
        }
        return nil
    }

    /// The first box in the first box in … of these types.
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
