import Glibc
import Kernel

/// Bounds-checked random access to the bytes of a file through a window, so that memory use stays small.
///
/// To a parser, unreadable bytes look like the end of the file. The result of parsing is therefore valid only if
/// ``checkReading()`` succeeds afterwards: a failing disk must not make a valid picture look damaged.
package struct BufferedFileReader {
    /// Size of the window in bytes.
    static let windowLength = 65_536

    /// Bytes of the file.
    package let count: Int
    private let fill: (_ offset: Int, _ count: Int) throws(FileFailure) -> [UInt8]
    private var window: [UInt8] = []
    private var windowStart = 0
    private var failure: FileFailure?

    /// - Parameter fill: reads up to `count` bytes from `offset`, and fewer if the file has become shorter. Not called
    ///   again after it has thrown.
    package init(count: Int, fill: @escaping (_ offset: Int, _ count: Int) throws(FileFailure) -> [UInt8]) {
        self.count = count
        self.fill = fill
    }

    /// Bytes in memory, which are not copied.
    package init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { _, _ in [] }
        window = bytes
    }

    /// - Throws: the first ``FileFailure`` of reading.
    package func checkReading() throws(FileFailure) {
        if let failure { throw failure }
    }

    /// The byte at `offset`; nil outside the file.
    mutating func byte(at offset: Int) -> UInt8? {
        guard offset >= 0, offset < count else { return nil }
        if offset < windowStart || offset >= windowStart + window.count { move(to: offset) }
        let index = offset - windowStart
        return index < window.count ? window[index] : nil
    }

    /// Exactly `length` bytes from `offset`, at most a window; nil when the file ends before.
    package mutating func bytes(at offset: Int, length: Int) -> [UInt8]? {
        guard hold(offset, length) else { return nil }
        return Array(window[offset - windowStart..<offset - windowStart + length])
    }

    /// Whether the file contains `text` at `offset`.
    mutating func has(_ text: StaticString, at offset: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard hold(offset, length) else { return false }
        let found = window[offset - windowStart..<offset - windowStart + length]
        return text.description.utf8.elementsEqual(found)
    }

    /// An unsigned integer of `length` bytes, most significant first; `length` 1–8. Nil also for values of 2⁶¹ or more,
    /// which are not valid positions, so that three of them can be added.
    mutating func bigEndian(at offset: Int, length: Int) -> Int? {
        guard hold(offset, length) else { return nil }
        let index = offset - windowStart
        let value = window[index..<index + length].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return value < 1 << 61 ? Int(value) : nil
    }

    /// An unsigned integer of `length` bytes, least significant first; `length` 1–4.
    mutating func littleEndian(at offset: Int, length: Int) -> Int? {
        guard hold(offset, length) else { return nil }
        let index = offset - windowStart
        return window[index..<index + length].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// The name of a chunk or box at `offset`.
    mutating func code(at offset: Int) -> FourCC? {
        bigEndian(at: offset, length: 4).map { FourCC(rawValue: UInt32(truncatingIfNeeded: $0)) }
    }

    /// The first position of `byte` from `offset` and before `end`; nil when there is none.
    mutating func firstIndex(of byte: UInt8, from offset: Int, before end: Int = .max) -> Int? {
        let end = min(end, count)
        var position = max(offset, 0)
        while position < end {
            if position < windowStart || position >= windowStart + window.count { move(to: position) }
            guard !window.isEmpty else { return nil }
            let searched = position - windowStart..<min(window.count, end - windowStart)
            if let index = Self.firstIndex(of: byte, in: window, searched) { return windowStart + index }
            position = windowStart + window.count
        }
        return nil
    }

    /// Uses the C library, which compares 32 bytes at a time: the pixels of a JPEG are searched three times.
    private static func firstIndex(of byte: UInt8, in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        unsafe bytes.withUnsafeBytes { buffer in
            guard !range.isEmpty, let start = buffer.baseAddress else { return nil }
            let found = unsafe memchr(start + range.lowerBound, Int32(byte), range.count)
            return unsafe found.map { unsafe UnsafeRawPointer($0) - start }
        }
    }

    /// Whether `range` contains `text`.
    mutating func contains(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard let first = text.description.utf8.first else { return true }
        let end = range.upperBound - text.utf8CodeUnitCount + 1
        var position = range.lowerBound
        while let found = firstIndex(of: first, from: position, before: end) {
            if has(text, at: found) { return true }
            position = found + 1
        }
        return false
    }

    /// Whether every byte in `range` exists and equals `byte`.
    mutating func isFilled(_ range: Range<Int>, with byte: UInt8) -> Bool {
        for offset in range where self.byte(at: offset) != byte { return false }
        return true
    }

    /// Moves the window to these bytes. Returns false when it cannot hold them.
    private mutating func hold(_ offset: Int, _ length: Int) -> Bool {
        guard offset >= 0, length >= 0, length <= Self.windowLength, offset <= count - length else { return false }
        if offset < windowStart || offset + length > windowStart + window.count { move(to: offset) }
        return offset - windowStart + length <= window.count
    }

    private mutating func move(to offset: Int) {
        windowStart = offset
        window = []
        guard failure == nil else { return }
        do {
            window = try fill(offset, min(Self.windowLength, count - offset))
        } catch {
            failure = error
        }
    }
}

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

/// The name of a chunk of a PNG or RIFF file, or of a box or brand of an ISO media file: four ASCII characters.
struct FourCC: RawRepresentable, Hashable, ExpressibleByStringLiteral {
    /// The first character in the most significant byte.
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(stringLiteral text: StaticString) {
        rawValue = text.description.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
