/// Damages files in the ways that parsers get wrong: single bits, numbers at the edges of their range, lengths that
/// nearly fit, blocks that are missing, twice there or somewhere else, and one file in the middle of another.
package struct Mutator {
    /// Bytes that a damaged file may have.
    private static let lengthLimit = 65_536
    /// Bytes of a block that is moved, and of a file's front, where headers are.
    private static let blockLimit = 256

    private let corpus: [[UInt8]]

    /// - Parameter corpus: good files, none of them empty.
    package init(corpus: [[UInt8]]) {
        precondition(!corpus.isEmpty && !corpus.contains([]), "nothing to damage")
        self.corpus = corpus
    }

    /// A file that is the same whenever seed and round are.
    package func file(seed: UInt64, round: Int) -> [UInt8] {
        var random = SeededRandom(seed: seed &+ UInt64(round) &* 0xD134_2543_DE82_EF95)
        return damagedFile(&random)
    }

    private func damagedFile(_ random: inout SeededRandom) -> [UInt8] {
        var file = Array(corpus[random.index(corpus.count)].prefix(Self.lengthLimit))
        for _ in 0..<(1 << random.index(4)) where !file.isEmpty { damage(&file, &random) }
        return Array(file.prefix(Self.lengthLimit))
    }

    private func damage(_ file: inout [UInt8], _ random: inout SeededRandom) {
        let place = Self.place(in: file, &random)
        switch random.index(10) {
        case 0, 1: file[place] ^= 1 << UInt8(random.index(8))
        case 2: file[place] = UInt8(random.index(256))
        case 3: Self.put(Self.edges[random.index(Self.edges.count)], at: place, in: &file, &random)
        case 4: Self.put(Self.nearLength(file.count - place, &random), at: place, in: &file, &random)
        case 5: file.removeSubrange(Self.block(from: place, in: file, &random))
        case 6: file.insert(contentsOf: file[Self.block(from: place, in: file, &random)], at: random.index(file.count))
        case 7: Self.move(Self.block(from: place, in: file, &random), in: &file, &random)
        case 8: file.removeSubrange(place...)
        default: splice(into: &file, at: place, &random)
        }
    }

    /// Cuts the file and goes on with the end, or a block, of another.
    private func splice(into file: inout [UInt8], at place: Int, _ random: inout SeededRandom) {
        let other = corpus[random.index(corpus.count)]
        let start = Self.place(in: other, &random)
        if random.index(2) == 0 {
            file.replaceSubrange(place..., with: other[start...].prefix(Self.lengthLimit))
        } else {
            file.insert(contentsOf: other[Self.block(from: start, in: other, &random)], at: place)
        }
    }

    private static let edges: [UInt64] = [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x7FFF_FFFF, 0x8000_0000,
        0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000, 0x1FFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000,
        .max,
    ]

    /// A length that goes to the end of the file, or a little less or more.
    private static func nearLength(_ rest: Int, _ random: inout SeededRandom) -> UInt64 {
        UInt64(max(rest + random.index(33) - 16, 0))
    }

    /// Half the time near the front.
    private static func place(in file: [UInt8], _ random: inout SeededRandom) -> Int {
        random.index(random.index(2) == 0 ? file.count : min(file.count, blockLimit))
    }

    private static func block(from place: Int, in file: [UInt8], _ random: inout SeededRandom) -> Range<Int> {
        place..<min(file.count, place + 1 + random.index(blockLimit))
    }

    private static func move(_ block: Range<Int>, in file: inout [UInt8], _ random: inout SeededRandom) {
        let bytes = file[block]
        file.removeSubrange(block)
        file.insert(contentsOf: bytes, at: random.index(file.count + 1))
    }

    /// Overwrites with a number of 1, 2, 4 or 8 bytes, in either order.
    private static func put(_ value: UInt64, at place: Int, in file: inout [UInt8], _ random: inout SeededRandom) {
        let width = 1 << random.index(4)
        let isLittleEndian = random.index(2) == 0
        for index in 0..<width where place + index < file.count {
            let shift = 8 * (isLittleEndian ? index : width - 1 - index)
            file[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
        }
    }
}

extension SeededRandom {
    /// A number from 0 up to, but not including, `count`.
    fileprivate mutating func index(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}
