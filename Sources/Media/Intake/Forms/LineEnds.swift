import NIOCore

/// The line ends of a form that were read so far.
struct LineEnds: Equatable {
    var hasLF = false
    var hasCRLF = false

    var isEmpty: Bool { !hasLF && !hasCRLF }
    var areMixed: Bool { hasLF && hasCRLF }
    var areCRLF: Bool { hasCRLF && !hasLF }

    /// The characters before a boundary.
    var delimiterStart: String { areCRLF ? "\r\n--" : "\n--" }
}

extension ByteBuffer {
    /// The first empty line among the readable bytes, and its length: 1 or 2 bytes.
    var firstEmptyLine: (start: Int, length: Int)? {
        let view = readableBytesView
        var start = view.startIndex
        while let end = view[start...].firstIndex(of: 0x0A) {
            if end == start || (end == start + 1 && view[start] == 0x0D) {
                return (start - view.startIndex, end + 1 - start)
            }
            start = end + 1
        }
        return nil
    }
}
