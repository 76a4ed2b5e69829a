/// Adds a colour profile to a PNG whose colours are described by other chunks: libvips only supports profiles.
package enum PNGColour {
    /// The picture with the profile that corresponds to its display in browsers; unchanged if that makes no difference.
    /// - Parameter bytes: a file filtered by ``PNGChunkFilter``.
    package static func profiled(_ bytes: [UInt8]) -> [UInt8] {
        var source = BufferedFileReader(bytes)
        let description = PNGColourDescription(&source)
        guard let header = description.header, let space = description.space else { return bytes }
        var result = bytes
        if let old = description.profile { result.removeSubrange(old.start..<old.end) }
        guard space != ColourSpace() else { return result }
        guard let profile = ICCProfile.bytes(space, isGrey: description.isGrey) else { return bytes }
        result.insert(contentsOf: chunk(profile), at: header.end)
        return result
    }

    /// Section 11.3.2.3: a name, the method of compression, and a zlib stream (RFC 1950), here of one uncompressed
    /// block.
    private static func chunk(_ profile: [UInt8]) -> [UInt8] {
        var payload = Array("colours\0\0".utf8) + [0x78, 0x01, 0x01]
        for count in [profile.count, ~profile.count] {
            payload += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
        }
        var (first, second) = (1, 0)
        for byte in profile {
            first = (first + Int(byte)) % 65_521
            second = (second + first) % 65_521
        }
        payload += profile
        payload += PNGChunks.bytes(UInt32(second << 16 | first))
        return PNGChunks.chunk("iCCP", payload)
    }
}

/// The chunks before the pixels that describe the colour space (PNG specification, third edition, section 11.3.2).
struct PNGColourDescription {
    private(set) var header: PNGChunks.Chunk?
    private(set) var profile: PNGChunks.Chunk?
    private(set) var isGrey = false
    private var codes: ColourSpace?
    private var isSRGB = false
    private var gamma: Double?
    private var primaries: ColourSpace.Primaries?

    init(_ source: inout BufferedFileReader) {
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source), chunk.type != "IDAT", chunk.end <= source.count {
            let isWanted = header == nil ? chunk.type == "IHDR" : Self.types.contains(chunk.type)
            if isWanted, chunk.isIntact(&source) { read(&source, chunk) }
        }
    }

    private static let types: Set<FourCC> = ["cICP", "iCCP", "sRGB", "gAMA", "cHRM"]

    /// Nil when a profile or no chunk describes it, and for sRGB unless a profile contradicts it.
    ///
    /// In the order of section 4.3: code points, profile, sRGB, and last gamma and primaries, one of which is completed
    /// with the other of sRGB, as in Chromium (`SkPngCodec.cpp`).
    var space: ColourSpace? {
        if let codes { return codes == ColourSpace() && profile == nil ? nil : codes }
        guard profile == nil, !isSRGB, gamma != nil || primaries != nil else { return nil }
        var space = ColourSpace()
        // Rounding changes the value by up to a hundredth.
        if let gamma, abs(gamma / 0.45455 - 1) > 0.01 { space.transfer = .fileGamma(gamma) }
        if let primaries, !primaries.isNear(.bt709) { space.primaries = primaries }
        return space == ColourSpace() ? nil : space
    }

    private mutating func read(_ source: inout BufferedFileReader, _ chunk: PNGChunks.Chunk) {
        let start = chunk.payload.lowerBound
        switch chunk.type {
        case "IHDR":
            guard chunk.payload.count == 13 else { return }
            header = chunk
            isGrey = source.byte(at: start + 9).map { $0 & 3 == 0 } ?? false
        case "cICP":
            let codePoints = source.bytes(at: start, length: chunk.payload.count) ?? []
            codes = codes ?? ColourSpace(codePoints: codePoints)
        case "iCCP": profile = profile ?? chunk
        case "sRGB": isSRGB = true
        case "gAMA":
            let number = source.bigEndian(at: start, length: 4) ?? 0
            if chunk.payload.count == 4, (1_000...1_000_000).contains(number) { gamma = Double(number) / 100_000 }
        default: primaries = primaries ?? Self.primaries(&source, chunk)
        }
    }

    /// Section 11.3.2.1: white, red, green and blue, in hundred thousandths.
    private static func primaries(
        _ source: inout BufferedFileReader,
        _ chunk: PNGChunks.Chunk
    ) -> ColourSpace.Primaries? {
        let numbers = (0..<8).compactMap { source.bigEndian(at: chunk.payload.lowerBound + $0 * 4, length: 4) }
        guard chunk.payload.count == 32, numbers.allSatisfy({ $0 <= 100_000 }) else { return nil }
        let values: [Double] = numbers.map { Double($0) / 100_000 }
        let points = [0, 2, 4, 6].map { (index: Int) -> (Double, Double) in (values[index], values[index + 1]) }
        let found = ColourSpace.Primaries(red: points[1], green: points[2], blue: points[3], white: points[0])
        return ColourMatrix.toD50(found) == nil ? nil : found
    }
}

extension ColourSpace {
    /// Code points of ITU-T H.273 in a PNG: primaries, transfer, matrix (of RGB), full range (section 11.3.2.6). Nil
    /// for unknown values.
    init?(codePoints: [UInt8]) {
        guard codePoints.count == 4, codePoints[2] == 0, codePoints[3] == 1,
            let primaries = Primaries(code: codePoints[0]), let transfer = Transfer(code: codePoints[1])
        else { return nil }
        self.init(primaries: primaries, transfer: transfer)
    }
}

extension ColourSpace.Primaries {
    /// Equal to a thousandth, which is an invisible difference.
    fileprivate func isNear(_ other: Self) -> Bool {
        let pairs = zip([red, green, blue, white], [other.red, other.green, other.blue, other.white])
        return pairs.allSatisfy { (one: Point, other: Point) -> Bool in
            abs(one.x - other.x) <= 0.001 && abs(one.y - other.y) <= 0.001
        }
    }
}
