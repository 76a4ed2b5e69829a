/// Iterates over the blocks of a GIF after its logical screen (GIF89a specification, sections 17–27).
struct GIFBlocks {
    struct Block {
        enum Kind: Equatable {
            /// Pixels; within the logical screen if the file is valid.
            case image(left: Int, top: Int, width: Int, height: Int)
            case `extension`(label: UInt8)
            case trailer
        }

        let kind: Kind
        let start: Int
        /// Position of its first data sub-block.
        let data: Int
        /// One past its last byte; beyond the end of a truncated file.
        let end: Int
    }

    /// Size of the logical screen in pixels.
    let screen: (width: Int, height: Int)
    private var position: Int

    /// Nil when the file ends within the logical screen descriptor.
    init?(_ source: inout BufferedFileReader) {
        guard let width = source.littleEndian(at: 6, length: 2), let height = source.littleEndian(at: 8, length: 2),
            let packed = source.bytes(at: 10, length: 3)?.first
        else { return nil }
        screen = (width, height)
        position = 13 + Self.colourTableLength(packed)
    }

    /// The next block, including the trailer; nil at the end of the file and for an unknown block.
    mutating func next(_ source: inout BufferedFileReader) -> Block? {
        let start = position
        let block: Block
        switch source.byte(at: start) {
        case 0x21:
            guard let label = source.byte(at: start + 1) else { return nil }
            let end = Self.endOfSubBlocks(&source, from: start + 2)
            block = Block(kind: .extension(label: label), start: start, data: start + 2, end: end)
        case 0x2C:
            guard let image = Self.image(&source, at: start + 1), let packed = source.byte(at: start + 9) else {
                return nil
            }
            // The data follow the code size, which is the byte after the colour table.
            let data = start + 11 + Self.colourTableLength(packed)
            block = Block(kind: image, start: start, data: data, end: Self.endOfSubBlocks(&source, from: data))
        case 0x3B: block = Block(kind: .trailer, start: start, data: start + 1, end: start + 1)
        default: return nil
        }
        position = block.end
        return block
    }

    /// Whether the area of a frame is cleared after display, by the flags of its control block (section 23): with
    /// disposal 2, and with 3 for the first frame, which nothing precedes.
    static func clearsArea(_ flags: UInt8, isFirst: Bool) -> Bool {
        let disposal = flags >> 2 & 7
        return disposal == 2 || disposal == 3 && isFirst
    }

    private static func image(_ source: inout BufferedFileReader, at offset: Int) -> Block.Kind? {
        guard let left = source.littleEndian(at: offset, length: 2),
            let top = source.littleEndian(at: offset + 2, length: 2),
            let width = source.littleEndian(at: offset + 4, length: 2),
            let height = source.littleEndian(at: offset + 6, length: 2)
        else { return nil }
        return .image(left: left, top: top, width: width, height: height)
    }

    /// Length in bytes of the colour table that a packed field announces.
    private static func colourTableLength(_ packed: UInt8) -> Int {
        packed & 0x80 == 0 ? 0 : 3 << (Int(packed & 7) + 1)
    }

    private static func endOfSubBlocks(_ source: inout BufferedFileReader, from start: Int) -> Int {
        var position = start
        while let length = source.byte(at: position), length > 0 { position += Int(length) + 1 }
        return position + 1
    }
}
