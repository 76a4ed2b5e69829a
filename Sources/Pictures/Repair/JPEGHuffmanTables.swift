/// The Huffman tables of a JPEG (ITU-T T.81 annex C), prepared for skipping coefficients without computing them.
struct JPEGHuffmanTables {
    /// A code and its length.
    struct Code {
        /// A run of zeros and the size of the following value, or only the size.
        let symbol: UInt8
        let length: Int
    }

    /// One or more complete codes with their values.
    struct Step {
        /// Total length in bits, at most 10 + ``lookupLength``; 0 when the first code is longer than ``lookupLength``.
        let bitCount: Int
        /// Number of coefficients, including zeros.
        let coefficientCount: Int
        /// The last code is the end of the block.
        let endsBlock: Bool
    }

    /// Bits per table lookup. Longer codes are rare, and with 12 the tables fit into the L1 cache.
    static let lookupLength = 12
    private static let lookupCount = 1 << lookupLength
    /// Bits of the longest code.
    private static let longest = 16
    /// Four tables for averages and four for the other coefficients (T.81 B.2.4.2).
    private static let tableCount = 8

    /// By table and next bits: length times 256 plus the symbol. 0 when the code is longer.
    private var codes = [UInt16](repeating: 0, count: tableCount * lookupCount)
    /// By table and next bits: ``Step``, packed.
    private var steps = [UInt16](repeating: 0, count: tableCount * lookupCount)
    /// By table and length: the first 16-bit number that does not start with a code of that length or less.
    private var limits = [Int](repeating: 0, count: tableCount * (longest + 1))
    /// By table and length: the index of a symbol minus its code.
    private var offsets = [Int](repeating: 0, count: tableCount * (longest + 1))
    private var symbols = [[UInt8]](repeating: [], count: tableCount)

    /// Defines the tables of a segment.
    ///
    /// - Returns: false when it does not contain complete and valid tables.
    mutating func define(_ segment: [UInt8]) -> Bool {
        var rest = segment[...]
        while let header = rest.popFirst() {
            let counts = Array(rest.prefix(Self.longest))
            let symbolCount = counts.reduce(0) { $0 + Int($1) }
            let symbols = Array(rest.dropFirst(Self.longest).prefix(symbolCount))
            guard counts.count == Self.longest, symbols.count == symbolCount, header & 0xEC == 0 else { return false }
            rest = rest.dropFirst(Self.longest + symbolCount)
            let table = Self.table(header & 3, forAverages: header < 0x10)
            guard define(table, counts.map(Int.init), symbols) else { return false }
        }
        return true
    }

    /// - Parameter selector: 0–3, as in scan headers.
    static func table(_ selector: UInt8, forAverages: Bool) -> Int { Int(selector & 3) + (forAverages ? 0 : 4) }

    /// Some decoders have default tables for files without any, such as frames of Motion JPEG.
    func isDefined(_ table: Int) -> Bool { !symbols[table].isEmpty }

    /// The code at the start of `bits`; nil when there is none.
    ///
    /// - Parameter bits: the next 16.
    func code(_ table: Int, _ bits: Int) -> Code? {
        let known = Int(codes[table * Self.lookupCount + bits >> (Self.longest - Self.lookupLength)])
        if known > 0 { return Code(symbol: UInt8(known & 0xFF), length: known >> 8) }
        for length in Self.lookupLength + 1...Self.longest where bits < limits[table * (Self.longest + 1) + length] {
            let index = offsets[table * (Self.longest + 1) + length] + bits >> (Self.longest - length)
            return Code(symbol: symbols[table][index], length: length)
        }
        return nil
    }

    /// - Parameter bits: the next ``lookupLength``.
    @inline(__always)
    func step(_ table: Int, _ bits: Int) -> Step {
        let packed = steps[table * Self.lookupCount + bits]
        return Step(
            bitCount: Int(packed & 31),
            coefficientCount: Int(packed &>> 5 & 63),
            endsBlock: packed & 1 << 11 > 0
        )
    }

    /// Codes of a length follow each other, and the first of the next length follows them (T.81 C.2).
    private mutating func define(_ table: Int, _ counts: [Int], _ symbols: [UInt8]) -> Bool {
        let lookups = table * Self.lookupCount
        for index in lookups..<lookups + Self.lookupCount { codes[index] = 0 }
        self.symbols[table] = symbols
        var (code, index) = (0, 0)
        for length in 1...Self.longest {
            let count = counts[length - 1]
            guard code + count <= 1 << length else { return false }
            offsets[table * (Self.longest + 1) + length] = index - code
            if length <= Self.lookupLength {
                let width = 1 << (Self.lookupLength - length)
                for place in 0..<count * width {
                    codes[lookups + code * width + place] = UInt16(length) << 8 | UInt16(symbols[index + place / width])
                }
            }
            (code, index) = (code + count, index + count)
            limits[table * (Self.longest + 1) + length] = code << (Self.longest - length)
            code <<= 1
        }
        if table >= 4 {
            for bits in 0..<Self.lookupCount { steps[lookups + bits] = packedStep(table, bits) }
        }
        return true
    }

    /// As many codes as `bits` contain.
    private func packedStep(_ table: Int, _ bits: Int) -> UInt16 {
        var (bitCount, coefficientCount) = (0, 0)
        while bitCount < Self.lookupLength {
            let next = bits << bitCount & (Self.lookupCount - 1)
            let code = codes[table * Self.lookupCount + next]
            let length = Int(code >> 8)
            guard length > 0, bitCount + length <= Self.lookupLength else { break }
            let (run, size) = (Int(code >> 4 & 15), Int(code & 15))
            switch (run, size) {
            case (0, 0): return UInt16(bitCount + length | coefficientCount << 5 | 1 << 11)
            case (15, 0), (_, 1...10): break
            // Not allowed; reported when it is the first code of a step.
            default: return UInt16(bitCount | coefficientCount << 5)
            }
            guard coefficientCount + run + 1 < 64 else { break }
            bitCount += length + size
            coefficientCount += run + 1
        }
        return UInt16(bitCount | coefficientCount << 5)
    }
}
