/// Cuts a stream of bytes into lines and holds at most one line's worth.
package struct LineSplitter {
    private let lengthLimit: Int
    private var line: [UInt8] = []

    /// - Parameter lengthLimit: bytes of a line that are kept; the rest of a longer one is dropped.
    package init(lengthLimit: Int) { self.lengthLimit = lengthLimit }

    /// The lines that `bytes` complete, without their ends; empty lines are left out.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !line.isEmpty { lines.append(line) }
                line.removeAll(keepingCapacity: true)
            } else if line.count < lengthLimit {
                line.append(byte)
            }
        }
        return lines
    }
}
