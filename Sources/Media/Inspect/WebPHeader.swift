/// Walks the chunks of a WebP (RFC 9649 section 2).
enum WebPHeader {
    /// Chunks looked at: a still picture has fewer than ten, an animation says so in its first.
    private static let chunkLimit = 1_000

    static func read(_ source: inout ByteSource) -> ImageFacts {
        var facts = ImageFacts(format: .webp)
        var position = 12
        for _ in 0..<chunkLimit {
            guard let type = source.bytes(at: position, length: 4),
                let length = source.littleEndian(at: position + 4, length: 4)
            else { break }
            let start = position + 8
            switch String(decoding: type, as: UTF8.self) {
            case "VP8X": readExtended(&source, at: start, into: &facts)
            case "VP8 ": readLossy(&source, at: start, into: &facts)
            case "VP8L": readLossless(&source, at: start, into: &facts)
            case "EXIF": facts.orientation = orientation(&source, at: start, length: length)
            default: break
            }
            position = start + length + length % 2
        }
        return facts
    }

    /// Section 2.7.1: flags, three reserved bytes, then canvas width and height less one.
    private static func readExtended(_ source: inout ByteSource, at start: Int, into facts: inout ImageFacts) {
        guard let flags = source.byte(at: start), let width = source.littleEndian(at: start + 4, length: 3),
            let height = source.littleEndian(at: start + 7, length: 3), !facts.hasSize
        else { return }
        facts.storedWidth = width + 1
        facts.storedHeight = height + 1
        facts.isAnimated = flags & 0x02 != 0
        facts.hasAlpha = flags & 0x10 != 0
    }

    /// RFC 6386 section 9.1: frame tag, start code, then 14 bits of width and of height.
    private static func readLossy(_ source: inout ByteSource, at start: Int, into facts: inout ImageFacts) {
        guard !facts.hasSize, source.bytes(at: start + 3, length: 3) == [0x9D, 0x01, 0x2A],
            let width = source.littleEndian(at: start + 6, length: 2),
            let height = source.littleEndian(at: start + 8, length: 2)
        else { return }
        facts.storedWidth = width & 0x3FFF
        facts.storedHeight = height & 0x3FFF
    }

    /// RFC 9649 section 3.4: a signature byte, then 14 bits of width less one, of height less one, and the alpha flag.
    private static func readLossless(_ source: inout ByteSource, at start: Int, into facts: inout ImageFacts) {
        guard source.byte(at: start) == 0x2F, let bits = source.littleEndian(at: start + 1, length: 4) else { return }
        facts.isLossless = true
        guard !facts.hasSize else { return }
        facts.storedWidth = (bits & 0x3FFF) + 1
        facts.storedHeight = (bits >> 14 & 0x3FFF) + 1
        facts.hasAlpha = bits >> 28 & 1 == 1
    }

    private static func orientation(_ source: inout ByteSource, at start: Int, length: Int) -> Int {
        // Some writers keep the JPEG marker's prefix.
        let prefix = source.has("Exif\0\0", at: start) ? 6 : 0
        return EXIFOrientation.read(&source, at: start + prefix, end: start + length) ?? 1
    }
}
