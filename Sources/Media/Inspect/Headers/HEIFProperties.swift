/// The properties that items of a HEIF file share (ISO/IEC 23008-12 section 6.5, "ipco").
struct HEIFProperties {
    /// Properties that are looked at; a picture of hundreds of tiles has fewer than twenty.
    private static let countLimit = 1_000
    /// What an alpha channel is called by MPEG-B part 8 and by HEVC.
    private static let alphaNames: [StaticString] = [
        "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1",
    ]

    private enum Property {
        /// Pixels.
        case size(width: Int, height: Int)
        /// Quarter turns anticlockwise.
        case rotation(Int)
        /// Pixels that are left.
        case crop(width: Int, height: Int)
        case depth(bits: Int, channels: Int)
        case other
    }

    private var list: [Property] = []
    /// Some picture in the file is the alpha channel of another.
    private(set) var hasAlpha = false

    init(_ source: inout ByteSource, in container: Range<Int>) {
        var boxes = ISOBoxes(in: container)
        while list.count < Self.countLimit, let box = boxes.next(&source) {
            list.append(Self.property(&source, box) ?? .other)
            if box.type == "auxC" {
                hasAlpha = hasAlpha || Self.alphaNames.contains { source.has($0, at: box.content.lowerBound) }
            }
        }
    }

    /// Puts into `facts` what the property of this index, from 1, says.
    func apply(_ index: Int, to facts: inout ImageFacts) {
        guard list.indices.contains(index - 1) else { return }
        switch list[index - 1] {
        case .size(let width, let height):
            (facts.storedWidth, facts.storedHeight) = (width, height)
        case .rotation(let turns):
            if turns % 2 == 1 { swap(&facts.storedWidth, &facts.storedHeight) }
        case .crop(let width, let height):
            facts.storedWidth = min(facts.storedWidth, width)
            facts.storedHeight = min(facts.storedHeight, height)
        case .depth(let bits, let channels):
            (facts.bitDepth, facts.componentCount) = (bits, channels)
        case .other: break
        }
    }

    /// Mirroring is left out: it does not change the size.
    private static func property(_ source: inout ByteSource, _ box: ISOBoxes.Box) -> Property? {
        let start = box.payload.lowerBound
        switch box.type {
        case "ispe":
            guard box.content.count >= 8, let width = source.bigEndian(at: start + 4, length: 4),
                let height = source.bigEndian(at: start + 8, length: 4)
            else { return nil }
            return .size(width: width, height: height)
        case "irot": return box.payload.isEmpty ? nil : source.byte(at: start).map { .rotation(Int($0 & 3)) }
        case "clap": return box.payload.count < 32 ? nil : crop(&source, at: start)
        case "pixi": return depth(&source, in: box.content)
        default: return nil
        }
    }

    /// ISO/IEC 14496-12 section 12.1.4: width and height as fractions; where it lies does not matter here.
    private static func crop(_ source: inout ByteSource, at start: Int) -> Property? {
        guard let width = source.bigEndian(at: start, length: 4),
            let widthUnit = source.bigEndian(at: start + 4, length: 4), widthUnit > 0,
            let height = source.bigEndian(at: start + 8, length: 4),
            let heightUnit = source.bigEndian(at: start + 12, length: 4), heightUnit > 0
        else { return nil }
        return .crop(width: (width + widthUnit / 2) / widthUnit, height: (height + heightUnit / 2) / heightUnit)
    }

    /// ISO/IEC 23008-12 section 6.5.6: the number of channels, then the bits of each.
    private static func depth(_ source: inout ByteSource, in content: Range<Int>) -> Property? {
        guard let channels = source.byte(at: content.lowerBound), (1...4).contains(channels),
            content.count > channels,
            let bits = source.bytes(at: content.lowerBound + 1, length: Int(channels))?.max(), (1...16).contains(bits)
        else { return nil }
        return .depth(bits: Int(bits), channels: Int(channels))
    }
}
