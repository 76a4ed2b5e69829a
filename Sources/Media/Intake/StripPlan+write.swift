import Hashing
import Kernel
import Pictures

extension StripPlan {
    /// Writes the stripped file. Blocking; holds at most two steps of it in memory.
    /// - Returns: SHA-256 of the stripped file, 32 bytes.
    func write(from source: UnnamedFile, to target: UnnamedFile) throws(FileFailure) -> [UInt8] {
        var writer = HashingWriter(target: target)
        for piece in pieces {
            switch piece {
            case .keep(let range):
                try source.readThrough(range) { bytes throws(FileFailure) in try writer.append(bytes) }
            case .insert(let bytes): try writer.append(bytes)
            case .fill(let byte, let count):
                for start in stride(from: 0, to: count, by: UnnamedFile.stepLength) {
                    try writer.append([UInt8](repeating: byte, count: min(UnnamedFile.stepLength, count - start)))
                }
            }
        }
        return try writer.finish()
    }
}

/// Hashes and writes bytes in steps, so that small pieces do not cost a system call each.
private struct HashingWriter {
    private let target: UnnamedFile
    private var buffer: [UInt8] = []
    private let hash = SHA256()

    init(target: UnnamedFile) { self.target = target }

    /// - Parameter bytes: at most a step's length.
    mutating func append(_ bytes: [UInt8]) throws(FileFailure) {
        buffer += bytes
        if buffer.count >= UnnamedFile.stepLength { try flush() }
    }

    mutating func finish() throws(FileFailure) -> [UInt8] {
        try flush()
        return hash.finalize()
    }

    private mutating func flush() throws(FileFailure) {
        hash.update(buffer)
        try target.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
