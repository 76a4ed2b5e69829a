/// Bounds-checked random access to the bytes of a file, through one window so that memory stays small.
struct ByteSource {
    /// Bytes held at a time.
    static let windowLength = 65_536

    let count: Int
    private let fill: (_ offset: Int, _ count: Int) -> [UInt8]
    private var window: [UInt8] = []
    private var windowStart = 0

    /// - Parameter fill: answers up to `count` bytes from `offset`, and fewer where it cannot. A read error looks like
    ///   the end of the file, because to a parser it is.
    init(count: Int, fill: @escaping (_ offset: Int, _ count: Int) -> [UInt8]) {
        self.count = count
        self.fill = fill
    }

    init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { offset, count in
            Array(bytes[min(offset, bytes.count)..<min(offset + count, bytes.count)])
        }
    }

    /// The byte at `offset`; nil outside the file.
    mutating func byte(at offset: Int) -> UInt8? {
        guard offset >= 0, offset < count else { return nil }
        if offset < windowStart || offset >= windowStart + window.count { move(to: offset) }
        let index = offset - windowStart
        return index < window.count ? window[index] : nil
    }

    /// Exactly `length` bytes from `offset`; nil when they are not all there. At most one window's worth.
    mutating func bytes(at offset: Int, length: Int) -> [UInt8]? {
        guard offset >= 0, length >= 0, length <= Self.windowLength, offset <= count - length else { return nil }
        if offset < windowStart || offset + length > windowStart + window.count { move(to: offset) }
        let index = offset - windowStart
        guard index + length <= window.count else { return nil }
        return Array(window[index..<index + length])
    }

    /// Whether the file has exactly `text` at `offset`.
    mutating func has(_ text: StaticString, at offset: Int) -> Bool {
        bytes(at: offset, length: text.utf8CodeUnitCount) == Array(text.description.utf8)
    }

    /// An unsigned integer of `length` bytes, most significant first; `length` 1–4.
    mutating func bigEndian(at offset: Int, length: Int) -> Int? {
        bytes(at: offset, length: length)?.reduce(0) { $0 << 8 | Int($1) }
    }

    /// An unsigned integer of `length` bytes, least significant first; `length` 1–4.
    mutating func littleEndian(at offset: Int, length: Int) -> Int? {
        bytes(at: offset, length: length)?.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Where `byte` is next, from `offset` on; nil when it does not come any more.
    mutating func firstIndex(of byte: UInt8, from offset: Int) -> Int? {
        var position = max(offset, 0)
        while position < count {
            if position < windowStart || position >= windowStart + window.count { move(to: position) }
            guard !window.isEmpty else { return nil }
            if let index = window[(position - windowStart)...].firstIndex(of: byte) { return windowStart + index }
            position = windowStart + window.count
        }
        return nil
    }

    private mutating func move(to offset: Int) {
        window = fill(offset, min(Self.windowLength, count - offset))
        windowStart = offset
    }
}
