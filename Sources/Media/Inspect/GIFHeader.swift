/// Walks the blocks of a GIF (GIF89a specification, sections 17–27) until a second frame shows that it moves.
enum GIFHeader {
    static func read(_ source: inout ByteSource) -> ImageFacts {
        var facts = ImageFacts(format: .gif)
        facts.isLossless = true
        guard let screen = source.bytes(at: 6, length: 7) else { return facts }
        facts.storedWidth = Int(screen[0]) | Int(screen[1]) << 8
        facts.storedHeight = Int(screen[2]) | Int(screen[3]) << 8
        var position = 13 + colourTableLength(screen[4])
        var frameCount = 0
        while frameCount < 2, let block = source.byte(at: position) {
            switch block {
            case 0x21:
                if isTransparent(&source, extension: position) { facts.hasAlpha = true }
                position = endOfSubBlocks(&source, from: position + 2)
            case 0x2C:
                guard let descriptor = source.bytes(at: position + 1, length: 9) else { return facts }
                frameCount += 1
                // The byte after the colour table is the code size; the data follow it.
                position = endOfSubBlocks(&source, from: position + 11 + colourTableLength(descriptor[8]))
            default:
                return facts
            }
        }
        facts.isAnimated = frameCount > 1
        return facts
    }

    /// Bytes of the colour table that a packed field announces.
    private static func colourTableLength(_ packed: UInt8) -> Int {
        packed & 0x80 == 0 ? 0 : 3 << (Int(packed & 7) + 1)
    }

    private static func isTransparent(_ source: inout ByteSource, extension position: Int) -> Bool {
        guard let control = source.bytes(at: position + 1, length: 3) else { return false }
        return control[0] == 0xF9 && control[2] & 1 == 1
    }

    private static func endOfSubBlocks(_ source: inout ByteSource, from start: Int) -> Int {
        var position = start
        while let length = source.byte(at: position), length > 0 { position += Int(length) + 1 }
        return position + 1
    }
}
