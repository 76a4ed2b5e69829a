import Kernel
import Pictures
import Vocabulary

/// What is done with a file that has come in: it is inspected, rid of metadata, and named.
struct OriginalWriter: Sendable {
    let store: BlobStore
    let inspector: Inspector
    let keepsMetadata: Bool

    /// Keeps a file of `byteCount` bytes that has come in whole, or a copy of it without metadata. Blocking.
    ///
    /// When this returns, what is kept survives a power cut. When it throws, nothing is kept.
    /// - Throws: ``InspectionFailure`` for a picture that is not accepted, ``FileFailure``.
    func keep(_ received: UnnamedFile, of byteCount: Int, as id: BlobID) throws -> StoredOriginal {
        var source = BufferedFileReader(count: byteCount, fill: received.read)
        let inspection = try inspector.inspect(&source)
        guard let plan = try plan(for: inspection, &source) else {
            let sha256 = try received.sha256(of: byteCount)
            try store.keep(received, as: id)
            return StoredOriginal(
                byteCount: byteCount,
                sha256: sha256,
                receivedByteCount: byteCount,
                removedMetadata: [],
                inspection: inspection
            )
        }
        let copy = try store.newOriginal()
        defer { copy.close() }
        let sha256 = try plan.write(from: received, to: copy)
        try store.keep(copy, as: id)
        return StoredOriginal(
            byteCount: plan.byteCount,
            sha256: sha256,
            receivedByteCount: byteCount,
            removedMetadata: plan.removed,
            inspection: inspection
        )
    }

    private func plan(for inspection: Inspection, _ source: inout BufferedFileReader) throws -> StripPlan? {
        guard !keepsMetadata, let kind = inspection.kind else { return nil }
        let orientation = inspection.facts?.orientation
        let result = Result { () throws(InspectionFailure) in
            try MetadataStripper.plan(for: kind, orientation: orientation, &source)
        }
        try source.checkReading()
        return try result.get()
    }
}
