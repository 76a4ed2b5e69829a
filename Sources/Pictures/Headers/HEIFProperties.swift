/// The item properties of a HEIF file (ISO/IEC 23008-12 section 6.5, "ipco").
struct HEIFProperties {
    /// Most properties that are read; a picture of hundreds of tiles has fewer than twenty.
    private static let countLimit = 1_000
    /// The names of alpha channels in MPEG-B part 8 and in HEVC.
    private static let alphaNames: [StaticString] = [
        "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1",
    ]

    private enum Property {
        /// Pixels.
        case size(width: Int, height: Int)
        /// Quarter turns anticlockwise.
        case rotation(Int)
        /// The remaining pixels.
        case crop(width: Int, height: Int)
        case depth(bits: Int, channels: Int)
        case other
    }

    private var list: [Property] = []
    /// Some picture in the file is an alpha channel.
    private(set) var hasAlpha = false

    init(_ source: inout BufferedFileReader, in container: Range<Int>) {
        var boxes = ISOBoxes(in: container)
        while list.count < Self.countLimit, let box = boxes.next(&source) {
            list.append(Self.property(&source, box) ?? .other)
            if box.type == "auxC" {
                hasAlpha = hasAlpha || Self.alphaNames.contains { source.has($0, at: box.content.lowerBound) }
            }
        }
    }

    /// Applies the property of this index, starting from 1.
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

    /// Mirroring is ignored: it does not change the size.
    private static func property(_ source: inout BufferedFileReader, _ box: ISOBoxes.Box) -> Property? {
        switch box.type {
        case "ispe":
            var reader = NumberReader(box.content)
            guard let width = reader.number(&source, 4), let height = reader.number(&source, 4) else { return nil }
            return .size(width: width, height: height)
        case "irot":
            var reader = NumberReader(box.payload)
            return reader.number(&source, 1).map { .rotation($0 & 3) }
        case "clap": return crop(&source, box)
        case "pixi": return depth(&source, box)
        default: return nil
        }
    }

    /// ISO/IEC 14496-12 section 12.1.4: width and height as fractions; the position is not needed.
    private static func crop(_ source: inout BufferedFileReader, _ box: ISOBoxes.Box) -> Property? {
        var reader = NumberReader(box.payload)
        guard let width = reader.number(&source, 4), let widthUnit = reader.number(&source, 4), widthUnit > 0,
            let height = reader.number(&source, 4), let heightUnit = reader.number(&source, 4), heightUnit > 0
        else { return nil }
        return .crop(width: (width + widthUnit / 2) / widthUnit, height: (height + heightUnit / 2) / heightUnit)
    }

    /// ISO/IEC 23008-12 section 6.5.6: the number of channels, then the bits of each.
    private static func depth(_ source: inout BufferedFileReader, _ box: ISOBoxes.Box) -> Property? {
        var reader = NumberReader(box.content)
        guard let channels = reader.number(&source, 1), (1...4).contains(channels) else { return nil }
        let bits = (0..<channels).compactMap { _ in reader.number(&source, 1) }
        guard bits.count == channels, let most = bits.max(), (1...16).contains(most) else { return nil }
        return .depth(bits: most, channels: channels)
    }
}

/// The association of items with properties (ISO/IEC 23008-12 section 9.3.1, "ipma").
enum HEIFAssociations {
    /// The indices of the properties of an item, starting from 1, in the order of application.
    ///
    /// Each step of the search advances by an item of at least three bytes.
    static func indices(of item: Int, in box: ISOBoxes.Box, _ source: inout BufferedFileReader) -> [Int] {
        var reader = NumberReader(box.payload)
        guard let version = reader.number(&source, 1), let flags = reader.number(&source, 3),
            let count = reader.number(&source, 4)
        else { return [] }
        let indexLength = flags & 1 == 0 ? 1 : 2
        for _ in 0..<count {
            guard let id = reader.number(&source, version == 0 ? 2 : 4), let indexCount = reader.number(&source, 1)
            else { return [] }
            guard id == item else {
                reader.skip(indexCount * indexLength)
                continue
            }
            // The highest bit means that readers must support the property.
            let mask = indexLength == 1 ? 0x7F : 0x7FFF
            return (0..<indexCount).compactMap { _ in reader.number(&source, indexLength).map { $0 & mask } }
        }
        return []
    }
}
