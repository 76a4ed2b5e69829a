/// Reads a sequence of numbers in a range, most significant byte first.
struct NumberReader {
    private(set) var position: Int
    private let end: Int

    init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// An unsigned number of `length` bytes, 0 for a length of 0; nil beyond the end, and for more than 8 bytes.
    mutating func number(_ source: inout BufferedFileReader, _ length: Int) -> Int? {
        guard length > 0 else { return 0 }
        guard length <= 8, position <= end - length else { return nil }
        defer { position += length }
        return source.bigEndian(at: position, length: length)
    }

    /// The name of a box.
    mutating func code(_ source: inout BufferedFileReader) -> FourCC? {
        number(&source, 4).map { FourCC(rawValue: UInt32(truncatingIfNeeded: $0)) }
    }

    /// Skips bytes, but not beyond the end.
    mutating func skip(_ length: Int) { position = min(position + length, end) }
}
