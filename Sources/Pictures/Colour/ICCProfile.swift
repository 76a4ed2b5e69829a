/// Writes colour profiles (ICC.1:2022) for RGB and grey colour spaces.
enum ICCProfile {
    /// Samples of the curve; readers interpolate between them.
    private static let sampleCount = 4_096
    private static let headerLength = 128

    private typealias Tag = (name: String, content: [UInt8])

    /// Nil for invalid primaries, such as three on a line.
    static func bytes(_ space: ColourSpace, isGrey: Bool) -> [UInt8]? {
        let curve = curve(space.transfer)
        guard !isGrey else { return file("GRAY", [("kTRC", curve)]) }
        guard let columns = ColourMatrix.toD50(space.primaries)?.columns else { return nil }
        let colours = zip(["rXYZ", "gXYZ", "bXYZ"], columns).map { name, column -> Tag in
            (name, Array("XYZ \0\0\0\0".utf8) + column.flatMap(fixed))
        }
        return file("RGB ", colours + ["rTRC", "gTRC", "bTRC"].map { name -> Tag in (name, curve) })
    }

    /// Section 10.6, "curveType".
    private static func curve(_ transfer: ColourSpace.Transfer) -> [UInt8] {
        var result = Array("curv\0\0\0\0".utf8) + PNGChunks.bytes(UInt32(sampleCount))
        for index in 0..<sampleCount {
            let light = transfer.light(Double(index) / Double(sampleCount - 1))
            let number = UInt16(min(max(light, 0), 1) * 65_535 + 0.5)
            result += [UInt8(number >> 8), UInt8(number & 0xFF)]
        }
        return result
    }

    /// Section 7: header, tag table and tag contents; equal contents are stored once.
    private static func file(_ colours: String, _ tags: [Tag]) -> [UInt8] {
        var table = PNGChunks.bytes(UInt32(tags.count))
        var contents: [UInt8] = []
        var places: [[UInt8]: Int] = [:]
        let start = headerLength + 4 + tags.count * 12
        for tag in tags {
            let place = places[tag.content] ?? start + contents.count
            if places.updateValue(place, forKey: tag.content) == nil { contents += tag.content }
            table += Array(tag.name.utf8)
            for number in [place, tag.content.count] { table += PNGChunks.bytes(UInt32(number)) }
        }
        return header(colours, byteCount: start + contents.count) + table + contents
    }

    /// Section 7.2: for a display, of version 4.4, without a date or a maker.
    private static func header(_ colours: String, byteCount: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: headerLength)
        func put(_ bytes: [UInt8], at offset: Int) {
            header.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        put(PNGChunks.bytes(UInt32(byteCount)), at: 0)
        put([0x04, 0x40], at: 8)
        put(Array("mntr\(colours)XYZ ".utf8), at: 12)
        put(Array("acsp".utf8), at: 36)
        put(ColourMatrix.d50.flatMap(fixed), at: 68)
        return header
    }

    /// Section 4.6, "s15Fixed16Number".
    private static func fixed(_ number: Double) -> [UInt8] {
        let scaled = min(max(number, -32_000), 32_000) * 65_536
        return PNGChunks.bytes(UInt32(bitPattern: Int32(scaled.rounded())))
    }
}
