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
        let prepared = try await threads.runIfActive { try prepare(received, of: byteCount) }
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
