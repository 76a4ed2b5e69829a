import Glibc
import Hashing
import Kernel
import NIOPosix
import Pictures
import Vocabulary

/// Inspects a received file, strips its metadata and commits it to the archive.
struct OriginalWriter: Sendable {
    let spool: Spool
    let archive: any Archive
    let inspector: Inspector
    /// Where blocking file calls run.
    let threads: NIOThreadPool
    let keepsMetadata: Bool
    let metrics: FileMetrics

    /// A file that is ready to be committed.
    private struct Prepared: Sendable {
        let file: UnnamedFile
        let original: StoredOriginal
    }

    /// Commits a received file of `byteCount` bytes, or a copy of it without metadata.
    ///
    /// When this returns, the original is durable. When it throws, nothing is kept.
    /// - Throws: ``ImageLimitExceeded`` for a picture that is not accepted, ``FileFailure``.
    func commit(_ received: UnnamedFile, of byteCount: Int, as id: BlobID) async throws -> StoredOriginal {
        let prepared = try await threads.runIfActive { [time = metrics.operations[.prepare]] in
            try time.measure { () throws in try prepare(received, of: byteCount) }
        }
        // Closing frees the blocks of a file without a name, which may block.
        defer { threads.submit { _ in prepared.file.close() } }
        try await archive.commit(prepared.file, asOriginal: id)
        return prepared.original
    }

    private func prepare(_ received: UnnamedFile, of byteCount: Int) throws -> Prepared {
        var source = BufferedFileReader(count: byteCount, fill: received.read)
        let inspection = try inspector.inspect(&source)
        guard let plan = try plan(for: inspection, &source) else {
            let original = StoredOriginal(
                byteCount: byteCount,
                sha256: try received.sha256(of: byteCount),
                receivedByteCount: byteCount,
                removedMetadata: [],
                inspection: inspection
            )
            return Prepared(file: received, original: original)
        }
        let copy = try spool.newFile()
        let original = StoredOriginal(
            byteCount: plan.byteCount,
            sha256: try plan.write(from: received, to: copy),
            receivedByteCount: byteCount,
            removedMetadata: plan.removed,
            inspection: inspection
        )
        return Prepared(file: copy, original: original)
    }

    private func plan(for inspection: Inspection, _ source: inout BufferedFileReader) throws -> StripPlan? {
        guard !keepsMetadata, let kind = inspection.kind else { return nil }
        let orientation = inspection.facts?.orientation
        let result = Result { () throws(ImageLimitExceeded) in
            try MetadataStripper.plan(for: kind, orientation: orientation, &source)
        }
        try source.checkReading()
        return try result.get()
    }
}

/// An upload that was committed to the archive.
package struct StoredOriginal: Equatable, Sendable {
    /// Bytes of the committed file.
    package let byteCount: Int
    /// Hash of the committed file, 32 bytes.
    package let sha256: [UInt8]
    /// Bytes of the received file.
    package let receivedByteCount: Int
    /// The metadata that was stripped: sorted, without duplicates; empty when the file is unchanged.
    package let removedMetadata: [RemovedMetadata]
    package let inspection: Inspection
}

/// An upload that was received in a form.
package struct ReceivedForm: Equatable, Sendable {
    package let original: StoredOriginal
    /// As sent by the client; to be cleaned with ``Filename`` before any use.
    package let filename: String?
}

extension StripPlan {
    /// Writes the stripped file. Blocking; holds at most two steps of it in memory.
    /// - Returns: SHA-256 of the stripped file, 32 bytes.
    fileprivate func write(from source: UnnamedFile, to target: UnnamedFile) throws(FileFailure) -> [UInt8] {
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

extension UnnamedFile {
    /// Bytes read or written at a time.
    fileprivate static let stepLength = 65_536

    /// SHA-256 of the first `byteCount` bytes, 32 bytes. Blocking.
    fileprivate func sha256(of byteCount: Int) throws(FileFailure) -> [UInt8] {
        let hash = SHA256()
        try readThrough(0..<byteCount) { bytes throws(FileFailure) in hash.update(bytes) }
        return hash.finalize()
    }

    /// Passes the bytes of a range to `body` in steps of ``stepLength``; the last may be shorter. Blocking.
    fileprivate func readThrough(
        _ range: Range<Int>,
        _ body: ([UInt8]) throws(FileFailure) -> Void
    ) throws(FileFailure) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.stepLength) {
            let count = min(Self.stepLength, range.upperBound - start)
            let bytes = try read(at: start, count: count)
            // Nothing else writes the file, so a short read means that the disk has lost data.
            guard bytes.count == count else { throw FileFailure("read of a file cut short", code: EIO) }
            try body(bytes)
        }
    }
}
