import NIOCore

extension ByteBuffer {
    /// How many bytes come before `pattern`, and whether all of it is there.
    ///
    /// When it is not, bytes that could be its beginning are not counted, so that they can wait for the next chunk.
    func lengthBefore(_ pattern: [UInt8]) -> (length: Int, isComplete: Bool) {
        let view = readableBytesView
        var from = view.startIndex
        while let start = view[from...].firstIndex(of: pattern[0]) {
            let candidate = view[start...].prefix(pattern.count)
            if candidate.elementsEqual(pattern.prefix(candidate.count)) {
                return (start - view.startIndex, candidate.count == pattern.count)
            }
            from = start + 1
        }
        return (view.count, false)
    }

    /// Whether the readable bytes start with `text`.
    func starts(with text: StaticString) -> Bool {
        readableBytesView.starts(with: text.description.utf8)
    }
}
