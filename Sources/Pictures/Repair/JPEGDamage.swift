/// Detects wrong bytes in the entropy-coded data of a JPEG.
///
/// A JPEG has no checksums, and decoders turn nearly any bits into pixels. But a wrong bit usually shifts the following
/// codes, so that a block has more than 64 coefficients or the last block does not end with the data; and an average,
/// which is coded as the difference from the previous one, becomes brighter than white. Skipping over the codes to
/// check that takes less than a tenth of the time of rendering.
package struct JPEGDamage {
    private var source: BufferedFileReader
    private let bytes: [UInt8]
    private var frame: JPEGFrame?
    private var tables = JPEGHuffmanTables()
    /// The quantization step of averages by table number (T.81 B.2.4.1).
    private var averageSteps = [Int](repeating: 1, count: 4)
    private var restartInterval = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        source = BufferedFileReader(bytes)
    }

    /// Whether the coded data of a sequential JPEG cannot be what an encoder wrote. False for other files, and when
    /// segments that codes depend on are invalid, which decoders report.
    package static func isFound(in bytes: [UInt8]) -> Bool {
        var damage = JPEGDamage(bytes)
        return damage.find() != nil
    }

    /// The number of units of a sequential JPEG whose data end too early and are valid up to there.
    package static func cut(of bytes: [UInt8]) -> (unitCount: Int, of: Int)? {
        var damage = JPEGDamage(bytes)
        guard case .end(let count, let all) = damage.find() else { return nil }
        return (count, all)
    }

    private enum Defect {
        case wrongCode
        /// The data end within this unit.
        case end(unit: Int, of: Int)
    }

    private mutating func find() -> Defect? {
        var segments = JPEGSegments()
        while let segment = segments.next(&source), segment.marker != JPEGSegments.endOfImage {
            if segment.marker == JPEGSegments.startOfScan {
                guard let scan = JPEGScanLayout(&source, segment, of: frame), hasTables(scan) else { return nil }
                if let defect = check(scan, from: segment.payload.upperBound) { return defect }
            } else if !define(segment) {
                return nil
            }
        }
        return nil
    }

    /// - Returns: false when the following data cannot be checked.
    private mutating func define(_ segment: JPEGSegments.Segment) -> Bool {
        guard !segment.isMetadata,
            let payload = source.bytes(at: segment.payload.lowerBound, length: segment.payload.count)
        else { return segment.isMetadata }
        switch segment.marker {
        case 0xC4: return tables.define(payload)
        case 0xDB: return defineAverageSteps(payload)
        case 0xDD:
            restartInterval = source.bigEndian(at: segment.payload.lowerBound, length: 2) ?? 0
            return true
        case _ where segment.isFrame:
            frame = JPEGFrame(&source, segment)
            guard let frame else { return false }
            return frame.isSequential && frame.precision == 8 && frame.height > 0
        default: return true
        }
    }

    private mutating func defineAverageSteps(_ payload: [UInt8]) -> Bool {
        var rest = payload[...]
        while let header = rest.popFirst() {
            let length = header < 0x10 ? 64 : 128
            guard rest.count >= length, header & 0xEC == 0 else { return false }
            averageSteps[Int(header & 3)] = rest.prefix(length / 64).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(length)
        }
        return true
    }

    private func hasTables(_ scan: JPEGScanLayout) -> Bool {
        scan.components.allSatisfy { tables.isDefined($0.averages) && tables.isDefined($0.coefficients) }
    }

    private mutating func check(_ scan: JPEGScanLayout, from start: Int) -> Defect? {
        var bits = JPEGBits(bytes, from: start)
        var averages = [Int](repeating: 0, count: scan.components.count)
        // An average is eight times the brightness, from -1,024 to 1,023, plus the error of rounding.
        let limits = scan.components.map { (1_024 / max(averageSteps[$0.quantization], 1)) + 1 }
        for unit in 0..<scan.unitCount {
            if restartInterval > 0, unit > 0, unit % restartInterval == 0 {
                let number = unit / restartInterval - 1
                guard bits.isAtPadding(), let next = restart(after: bits.next, number: number) else {
                    return .wrongCode
                }
                bits = JPEGBits(bytes, from: next)
                for index in averages.indices { averages[index] = 0 }
            }
            let isPassed = Self.passUnit(&bits, scan, tables, &averages, limits)
            guard !bits.isOverrun else {
                // The first of several scans show the whole picture.
                let isOnly = scan.components.count == frame?.components.count
                return isOnly ? .end(unit: unit, of: scan.unitCount) : .wrongCode
            }
            guard isPassed else { return .wrongCode }
        }
        return bits.isAtPadding() ? nil : .wrongCode
    }

    /// - Returns: false for an invalid code or average.
    @inline(__always)
    private static func passUnit(
        _ bits: inout JPEGBits,
        _ scan: borrowing JPEGScanLayout,
        _ tables: borrowing JPEGHuffmanTables,
        _ averages: inout [Int],
        _ limits: [Int]
    ) -> Bool {
        for index in scan.components.indices {
            let component = scan.components[index]
            for _ in 0..<component.blockCount {
                guard let change = change(&bits, tables, component.averages) else { return false }
                averages[index] += change
                guard abs(averages[index]) <= limits[index] else { return false }
                guard passBlock(&bits, tables, component.coefficients) else { return false }
            }
        }
        return true
    }

    /// One past the next restart marker (T.81 B.2.1); nil when it is not the expected one.
    private mutating func restart(after end: Int, number: Int) -> Int? {
        var position = end
        while source.byte(at: position + 1) == 0xFF { position += 1 }
        return source.byte(at: position + 1) == 0xD0 + UInt8(number % 8) ? position + 2 : nil
    }

    /// The difference between the next average and the previous one (T.81 F.2.2.1); nil for an invalid code.
    @inline(__always)
    private static func change(_ bits: inout JPEGBits, _ tables: borrowing JPEGHuffmanTables, _ table: Int) -> Int? {
        bits.fill()
        guard let code = tables.code(table, bits.peek(16)), code.symbol <= 11 else { return nil }
        bits.skip(code.length)
        let size = Int(code.symbol)
        guard size > 0 else { return 0 }
        let value = bits.peek(size)
        bits.skip(size)
        return value >> (size - 1) > 0 ? value : value - (1 << size - 1)
    }

    /// Skips the other coefficients of a block (T.81 F.2.2.2).
    ///
    /// - Returns: false when there are more than 63, or for an invalid code.
    @inline(__always)
    private static func passBlock(_ bits: inout JPEGBits, _ tables: borrowing JPEGHuffmanTables, _ table: Int) -> Bool {
        var index = 1
        while index < 64 {
            bits.fill()
            var step = tables.step(table, bits.peek(JPEGHuffmanTables.lookupLength))
            // The last code of a block is read by itself: the next one uses another table.
            if step.bitCount > 0, index &+ step.coefficientCount < 64 {
                bits.skip(step.bitCount)
                if step.endsBlock { return true }
                index &+= step.coefficientCount
                step = tables.step(table, bits.peek(JPEGHuffmanTables.lookupLength))
                if step.bitCount > 0, index &+ step.coefficientCount < 64 {
                    bits.skip(step.bitCount)
                    if step.endsBlock { return true }
                    index &+= step.coefficientCount
                }
                continue
            }
            guard let code = tables.code(table, bits.peek(16)) else { return false }
            let (run, size) = (Int(code.symbol >> 4), Int(code.symbol & 15))
            bits.skip(code.length + size)
            switch (run, size) {
            case (0, 0): return true
            case (15, 0), (_, 1...10): index += run + 1
            default: return false
            }
        }
        return index == 64
    }
}

/// The order of the blocks in a sequential scan (ITU-T T.81 A.2, B.2.3).
private struct JPEGScanLayout {
    struct Component {
        /// Blocks in each unit.
        let blockCount: Int
        /// Table numbers of ``JPEGHuffmanTables``.
        let averages: Int
        let coefficients: Int
        /// Number of the quantization table.
        let quantization: Int
    }

    let components: [Component]
    /// Number of coded units.
    let unitCount: Int

    /// Nil when the scan does not belong to `frame`.
    init?(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment, of frame: JPEGFrame?) {
        guard let frame, let count = source.byte(at: segment.payload.lowerBound), (1...4).contains(count),
            let selectors = source.bytes(at: segment.payload.lowerBound + 1, length: Int(count) * 2)
        else { return nil }
        var components: [(frame: JPEGFrame.Component, tables: UInt8)] = []
        for index in 0..<Int(count) {
            guard let component = frame.components.first(where: { $0.identifier == selectors[index * 2] }) else {
                return nil
            }
            components.append((component, selectors[index * 2 + 1]))
        }
        // A single component is coded block by block, whatever its sampling factors.
        let isSingle = count == 1
        self.components = components.map { component, tables in
            Component(
                blockCount: isSingle ? 1 : component.horizontal * component.vertical,
                averages: JPEGHuffmanTables.table(tables >> 4, forAverages: true),
                coefficients: JPEGHuffmanTables.table(tables & 15, forAverages: false),
                quantization: Int(component.quantization & 3)
            )
        }
        unitCount = isSingle ? frame.blockCount(of: components[0].frame) : frame.unitCount
    }
}

/// Reads the bits of entropy-coded data up to the next marker, without stuffed bytes (ITU-T T.81 B.1.1.5).
private struct JPEGBits {
    private let bytes: [UInt8]
    /// Offset of the first byte that is not completely in `window`.
    private(set) var next: Int
    /// The next bits, starting with the most significant.
    private var window: UInt64 = 0
    /// Number of valid bits in `window`.
    private var count = 0
    /// How many of these are zeros in place of bits after the end of data.
    private var missingCount = 0

    /// - Parameter start: offset of the data in the file.
    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        next = start
    }

    /// More bits were skipped than exist.
    var isOverrun: Bool { count < missingCount }

    /// Makes 56 bits available; bits after the end are zeros.
    @inline(__always)
    mutating func fill() {
        guard next <= bytes.count &- 8 else { return fillByByte() }
        let following = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: next, as: UInt64.self).bigEndian
        guard !Self.has0xFF(following) else { return fillByByte() }
        window |= following &>> UInt64(truncatingIfNeeded: count)
        next &+= (63 &- count) &>> 3
        count |= 56
    }

    /// For data that may contain stuffed bytes or a marker.
    private mutating func fillByByte() {
        while count <= 56 {
            var byte: UInt8 = 0
            if next < bytes.count, bytes[next] != 0xFF {
                byte = bytes[next]
                next += 1
            } else if next + 1 < bytes.count, bytes[next + 1] == 0 {
                byte = 0xFF
                next += 2
            } else {
                missingCount += 8
            }
            window |= UInt64(byte) << UInt64(56 - count)
            count += 8
        }
    }

    /// Whether one of the eight bytes is 0xFF: in the complement, a zero byte borrows from its highest bit.
    @inline(__always)
    private static func has0xFF(_ bytes: UInt64) -> Bool {
        (~bytes &- 0x0101_0101_0101_0101) & bytes & 0x8080_8080_8080_8080 != 0
    }

    /// The next bits, without skipping them.
    ///
    /// - Parameter length: 1–16.
    @inline(__always)
    func peek(_ length: Int) -> Int { Int(truncatingIfNeeded: window &>> UInt64(truncatingIfNeeded: 64 &- length)) }

    /// - Parameter length: in total at most 56 since ``fill()``.
    @inline(__always)
    mutating func skip(_ length: Int) {
        window &<<= UInt64(truncatingIfNeeded: length)
        count &-= length
    }

    /// Whether only padding is left: the rest of a byte filled with ones, as in T.81 F.1.2.3, or with zeros; and
    /// complete bytes of either, which some encoders add.
    func isAtPadding() -> Bool {
        guard !isOverrun else { return false }
        var rest = self
        rest.fill()
        let length = (rest.count - rest.missingCount) % 8
        guard length == 0 || [0, 1 << length - 1].contains(rest.peek(length)) else { return false }
        rest.skip(length)
        while rest.count > rest.missingCount {
            guard [0, 0xFF].contains(rest.peek(8)) else { return false }
            rest.skip(8)
            rest.fill()
        }
        return true
    }
}
