/// Counts the pixels that the codes of a GIF image represent, without decoding them (GIF89a specification, appendix F).
///
/// A GIF has no checksums, and decoders show whatever they read. But a wrong byte changes the number of pixels, or
/// results in an undefined code.
struct GIFCodes {
    /// Pixels before the end of the codes or the first undefined one.
    private(set) var pixelCount = 0
    /// The next code is undefined.
    private(set) var isBroken = false
    /// The codes end with an end code or with the data.
    private(set) var isEnded = false
    /// Bits before the last code read.
    private(set) var bitCount = 0
    /// Bits of that code.
    private(set) var codeLength: Int
    /// Bytes after it.
    private(set) var restLength = 0

    /// Bits of the longest code.
    private static let longest = 12

    /// - Parameters:
    ///   - data: bytes of all sub-blocks, without their lengths.
    ///   - rootLength: bits of a colour, 1–11; the byte before the sub-blocks.
    ///   - limit: pixels of the image. One code beyond the limit is read.
    init(_ data: [UInt8], rootLength: Int, limit: Int) {
        let clear = 1 << rootLength
        codeLength = rootLength + 1
        // Pixels by code.
        var lengths = [Int](repeating: 1, count: 1 << Self.longest)
        var next = clear + 2
        var before: Int?
        var position = 0
        while pixelCount <= limit {
            bitCount = position
            guard let code = Self.code(data, at: position, length: codeLength) else {
                isEnded = true
                return
            }
            position += codeLength
            restLength = data.count - (position + 7) / 8
            if code == clear {
                (next, before, codeLength) = (clear + 2, nil, rootLength + 1)
                continue
            }
            if code == clear + 1 {
                isEnded = true
                return
            }
            let isNew = code == next && before != nil && next < 1 << Self.longest
            guard code < clear || code < next && before != nil || isNew else {
                isBroken = true
                return
            }
            if let before, next < 1 << Self.longest {
                lengths[next] = lengths[before] + 1
                next += 1
                if next == 1 << codeLength, codeLength < Self.longest { codeLength += 1 }
            }
            pixelCount += code < clear ? 1 : lengths[code]
            before = code
        }
    }

    /// A code of up to 12 bits, least significant first; nil after the end of data.
    private static func code(_ data: [UInt8], at position: Int, length: Int) -> Int? {
        guard position + length <= data.count * 8 else { return nil }
        let start = position >> 3
        var bits = 0
        for offset in 0..<3 where start + offset < data.count { bits |= Int(data[start + offset]) << (8 * offset) }
        return bits >> (position & 7) & (1 << length - 1)
    }
}
