import NIOCore

extension ByteBuffer {
    /// The number of readable bytes before `pattern`, searched from `offset`, and whether it was found completely.
    ///
    /// If it was not, bytes at the end that could be its beginning are not counted, so that they can wait for the next
    /// chunk.
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

    /// The readable byte at `offset`; nil if it has not arrived.
    func byte(at offset: Int) -> UInt8? {
        offset >= 0 && offset < readableBytes ? getInteger(at: readerIndex + offset) : nil
    }

    /// Whether the readable bytes end with `bytes`.
    func ends(with bytes: [UInt8]) -> Bool { readableBytesView.suffix(bytes.count).elementsEqual(bytes) }
}
