/// Checks whether the pixels of a GIF are complete, and makes those before the damage decodable.
package struct GIFRepair {
    /// Some image has too few or too many pixels, or undefined codes.
    package private(set) var isDamaged = false
    /// Complete rows at the top of the first image; nil when it is interlaced or complete.
    package private(set) var firstRowCount: Int?
    /// The picture with only its first image, ended after its last valid code; nil when that image is complete.
    package private(set) var readable: [UInt8]?

    package init(_ bytes: [UInt8]) {
        var source = BufferedFileReader(bytes)
        guard FileKind(signature: bytes) == .gif, var blocks = GIFBlocks(&source) else { return }
        var isFirst = true
        while let block = blocks.next(&source), block.kind != .trailer {
            guard case .image(_, _, let width, let height) = block.kind else { continue }
            guard block.data <= bytes.count, (1...11).contains(bytes[block.data - 1]) else { return }
            let rootLength = Int(bytes[block.data - 1])
            let data = Self.data(bytes, from: block.data)
            let codes = GIFCodes(data, rootLength: rootLength, limit: width * height)
            if !Self.isWhole(codes, pixelCount: width * height) {
                isDamaged = true
                if isFirst, codes.pixelCount < width * height {
                    // The packed field's flag for interlacing.
                    if bytes[block.start + 9] & 0x40 == 0 { firstRowCount = codes.pixelCount / max(width, 1) }
                    readable = Self.ended(bytes, block, data, codes, rootLength)
                }
            }
            isFirst = false
        }
    }

    /// Some encoders omit the end code, or add padding after it.
    private static func isWhole(_ codes: GIFCodes, pixelCount: Int) -> Bool {
        codes.pixelCount == pixelCount && codes.isEnded && codes.restLength <= 1
    }

    private static func data(_ bytes: [UInt8], from start: Int) -> [UInt8] {
        var data: [UInt8] = []
        var position = start
        while position < bytes.count, bytes[position] > 0 {
            let end = position + 1 + Int(bytes[position])
            data += bytes[min(position + 1, bytes.count)..<min(end, bytes.count)]
            position = end
        }
        return data
    }

    /// The codes before the invalid or missing one, and an end code in its place.
    private static func ended(
        _ bytes: [UInt8],
        _ block: GIFBlocks.Block,
        _ data: [UInt8],
        _ codes: GIFCodes,
        _ rootLength: Int
    ) -> [UInt8] {
        var kept = Array(data[..<min((codes.bitCount + 7) / 8, data.count)])
        if codes.bitCount & 7 > 0 { kept[kept.count - 1] &= 1 << UInt8(codes.bitCount & 7) - 1 }
        kept += [0, 0]
        let end = (1 << rootLength + 1) << (codes.bitCount & 7)
        for offset in 0..<3 where codes.bitCount >> 3 + offset < kept.count {
            kept[codes.bitCount >> 3 + offset] |= UInt8(truncatingIfNeeded: end >> (8 * offset))
        }
        var result = Array(bytes[..<block.data])
        for start in stride(from: 0, to: kept.count, by: 255) {
            let part = kept[start..<min(start + 255, kept.count)]
            result += [UInt8(part.count)] + part
        }
        return result + [0, 0x3B]
    }
}
