import NIOCore

extension ByteBuffer {
    /// How many readable bytes come before `pattern`, and whether all of it is there. What lies before `offset` is not
    /// searched.
    ///
    /// When it is not, bytes that could be its beginning are not counted, so that they can wait for the next chunk.
    func lengthBefore(_ pattern: [UInt8], from offset: Int = 0) -> (length: Int, isComplete: Bool) {
        let view = readableBytesView
        var from = min(view.startIndex + offset, view.endIndex)
        while let start = view[from...].firstIndex(of: pattern[0]) {
            let candidate = view[start...].prefix(pattern.count)
            if candidate.elementsEqual(pattern.prefix(candidate.count)) {
                return (start - view.startIndex, candidate.count == pattern.count)
            }
            from = start + 1
        }
        return (view.count, false)
    }

    /// The readable byte at `offset`; nil when it is not there yet.
    func byte(at offset: Int) -> UInt8? {
        offset >= 0 && offset < readableBytes ? getInteger(at: readerIndex + offset) : nil
    }

    /// Whether the readable bytes end with `bytes`.
    func ends(with bytes: [UInt8]) -> Bool { readableBytesView.suffix(bytes.count).elementsEqual(bytes) }
}
