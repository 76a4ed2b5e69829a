import Hashing
import Kernel
import Pictures

extension StripPlan {
    /// Writes the new file. Blocking; memory stays within two steps however large the file is.
    /// - Returns: SHA-256 of the new file, 32 bytes.
    func write(from source: UnnamedFile, to target: UnnamedFile) throws(FileFailure) -> [UInt8] {
        var writer = GatheringWriter(target: target)
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

/// Hashes what is written, and writes it in steps, so that small pieces do not cost a call each.
private struct GatheringWriter {
    private let target: UnnamedFile
    private var gathered: [UInt8] = []
    private let hash = SHA256()

    init(target: UnnamedFile) { self.target = target }

    /// Takes up to a step's length.
    mutating func append(_ bytes: [UInt8]) throws(FileFailure) {
        gathered += bytes
        if gathered.count >= UnnamedFile.stepLength { try flush() }
    }

    mutating func finish() throws(FileFailure) -> [UInt8] {
        try flush()
        return hash.finalize()
    }

    private mutating func flush() throws(FileFailure) {
        hash.update(gathered)
        try target.write(gathered)
        gathered.removeAll(keepingCapacity: true)
    }
}
