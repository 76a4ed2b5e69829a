import Fixtures
import Mutation
import TestSupport
import Testing

@testable import Pictures

@Suite("Wrong bytes in the coded data of a JPEG", .timeLimit(.standard)) struct JPEGDamageTests {
    @Test("No damage is found in valid pictures")
    func whole() throws {
        var count = 0
        for name in try Fixture.names where name.hasSuffix(".jpg") && !name.hasPrefix("cut-") {
            #expect(!JPEGDamage.isFound(in: try Fixture.bytes(name)), "\(name)")
            count += 1
        }
        #expect(count > 30)
    }

    /// Of 200 each. What is not found changes a single block, or shifts an average by little: another valid JPEG.
    @Test(
        "Most wrong, missing and doubled bytes are found in a JPEG with many blocks or restart markers",
        arguments: [("photograph.jpg", 100, 100), ("textured.jpg", 60, 60), ("restart.jpg", 100, 160)]
    )
    func damage(name: String, wrong: Int, displaced: Int) throws {
        let bytes = try Fixture.bytes(name)
        let data = try codedRange(of: bytes)
        var random = SeededRandom(seed: 5)
        var (foundWrong, foundDisplaced) = (0, 0)
        for _ in 0..<100 {
            var (shorter, longer) = (bytes, bytes)
            let position = Int.random(in: data, using: &random)
            shorter.remove(at: position)
            longer.insert(bytes[position], at: position)
            foundDisplaced += [shorter, longer].count(where: JPEGDamage.isFound)
            for _ in 0..<2 {
                var changed = bytes
                changed[Int.random(in: data, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
                foundWrong += JPEGDamage.isFound(in: changed) ? 1 : 0
            }
        }
        #expect(foundWrong >= wrong)
        #expect(foundDisplaced >= displaced)
    }

    @Test("The end marker may be missing, but not coded data")
    func ends() throws {
        let bytes = try Fixture.bytes("photograph.jpg")
        #expect(!JPEGDamage.isFound(in: Array(bytes.dropLast(2))))
        #expect(JPEGDamage.isFound(in: Array(bytes.dropLast(6))))
    }

    @Test("Invalid segments that codes depend on are left to decoders", arguments: [0xC4, 0xDB, 0xC0] as [UInt8])
    func senselessTables(marker: UInt8) throws {
        var bytes = try Fixture.bytes("photograph.jpg")
        let segment = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker })
        // More codes of one bit than there are; a table's number; bits a sample.
        bytes[segment + (marker == 0xC4 ? 5 : 4)] = 0xFF
        #expect(!JPEGDamage.isFound(in: bytes))
    }

    @Test("Codes without a table are not checked, as in frames of Motion JPEG")
    func missingTable() throws {
        var bytes = try Fixture.bytes("photograph.jpg")
        let table = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC4 })
        let end = table + 2 + (Int(bytes[table + 2]) << 8 | Int(bytes[table + 3]))
        bytes.removeSubrange(table..<end)
        #expect(!JPEGDamage.isFound(in: bytes))
    }

    // MARK: By hand: a picture of two by two blocks, in one component or three

    @Test("Each unit must exist, followed only by padding")
    func units() {
        // For each block "as before" and "end of block", a zero bit each.
        #expect(!JPEGDamage.isFound(in: grey(data: [0b0000_0000])))
        // The sixth block is missing, and behind them ones, which begin no code.
        #expect(JPEGDamage.isFound(in: grey(width: 24, data: [0b0000_0000, 0b0011_1111])))
        #expect(!JPEGDamage.isFound(in: grey(width: 24, data: [0b0000_0000, 0b0000_1111])))
        #expect(!JPEGDamage.isFound(in: grey(width: 24, data: [0b0000_0000, 0b0000_0000])))
        #expect(JPEGDamage.isFound(in: grey(width: 24, data: [0b0000_0000, 0b0000_0101])))
        for padding in [[0], [0, 0, 0], [0xFF, 0, 0xFF, 0]] as [[UInt8]] {
            #expect(!JPEGDamage.isFound(in: grey(data: [0] + padding)), "\(padding)")
        }
        #expect(JPEGDamage.isFound(in: grey(data: [0, 0x12])))
    }

    @Test("An average is not brighter than white nor darker than black")
    func averages() {
        // 10, and ten bits of the change: 512 steps of two are 1,024.
        #expect(!JPEGDamage.isFound(in: grey(data: [0b1010_0000, 0b0000_0000, 0b0001_1111])))
        // 516 steps: 10 1000000100, the end of the block, and three blocks more.
        #expect(JPEGDamage.isFound(in: grey(data: [0b1010_0000, 0b0100_0000, 0b0001_1111])))
    }

    @Test("A block has at most 64 coefficients, and no codes of other coding processes")
    func coefficients() {
        // 10 passes over 16 zeros: three times, and the end of the block.
        #expect(!JPEGDamage.isFound(in: grey(data: [0b0101_0100, 0b0000_0011])))
        #expect(JPEGDamage.isFound(in: grey(data: [0b0101_0101, 0b0000_0000, 0b0111_1111])))
        // 110 would end several blocks at once, in a progressive JPEG.
        #expect(JPEGDamage.isFound(in: grey(data: [0b0110_0000, 0b0000_0000])))
    }

    @Test("Restart markers come in order, after the announced number of units")
    func restarts() {
        let interval = PictureBytes.segment(0xDD, [0, 2])
        let good: [UInt8] = [0b0000_1111, 0xFF, 0xD0, 0b0000_1111]
        #expect(!JPEGDamage.isFound(in: grey(interval, data: good)))
        #expect(!JPEGDamage.isFound(in: grey(interval, data: [good[0], 0xFF] + good[1...])))
        #expect(JPEGDamage.isFound(in: grey(interval, data: [good[0], 0xFF, 0xD1, good[3]])))
        #expect(JPEGDamage.isFound(in: grey(interval, data: [0b0000_0000])))
        #expect(JPEGDamage.isFound(in: grey(interval, data: [good[0], good[0]] + good[1...])))
        #expect(JPEGDamage.isFound(in: grey(data: good)))
    }

    @Test("Components in scans of their own have a block for each eight samples")
    func separateScans() {
        // 16×16 pixels with two by two samples of light and one of each colour: four blocks, one and one.
        func file(_ scans: [[UInt8]]) -> [UInt8] {
            let parts = scans.enumerated().flatMap { scan($0.offset + 1, data: $0.element) }
            return PictureBytes.jpeg(tables, PictureBytes.frame(0xC0, width: 16, height: 16), parts)
        }
        #expect(!JPEGDamage.isFound(in: file([[0], [0b0011_1111], [0b0011_1111]])))
        #expect(JPEGDamage.isFound(in: file([[0b0000_1111], [0b0011_1111], [0b0011_1111]])))
        #expect(JPEGDamage.isFound(in: file([[0], [0b0011_1111], [0b0011_0000]])))
    }

    /// 0 stands for "as before" and 10 for a change of ten bits; 0 for the end of the block, 10 for 16 zeros and 110
    /// for what only progressive JPEGs have. Steps of two.
    private var tables: [UInt8] {
        let lengths = { (counts: [UInt8]) in counts + [UInt8](repeating: 0, count: 16 - counts.count) }
        return PictureBytes.segment(0xDB, [0] + [UInt8](repeating: 2, count: 64))
            + PictureBytes.segment(
                0xC4,
                [0x00] + lengths([1, 1]) + [0, 10] + [0x10] + lengths([1, 1, 1]) + [0, 0xF0, 0x10]
            )
    }

    private func grey(width: Int = 16, _ segments: [UInt8] = [], data: [UInt8]) -> [UInt8] {
        let frame = PictureBytes.frame(0xC0, width: width, height: 16, sampling: [0x11])
        return PictureBytes.jpeg(tables, segments, frame, scan(1, data: data))
    }

    private func scan(_ component: Int, data: [UInt8]) -> [UInt8] {
        PictureBytes.segment(0xDA, [1, UInt8(component), 0, 0, 63, 0]) + data
    }

    /// Where the only scan's data is.
    private func codedRange(of bytes: [UInt8]) throws -> Range<Int> {
        let scan = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        return scan + 2 + (Int(bytes[scan + 2]) << 8 | Int(bytes[scan + 3]))..<bytes.count - 2
    }
}
