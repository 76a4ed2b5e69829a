/// A file that has come in whole, and has no name yet.
struct ReceivedFile: Sendable {
    let file: UnlinkedFile
    let byteCount: Int
    /// 64 lower-case hex digits.
    let sha256: String
}

/// What is done with a file that has come in: it is inspected, rid of metadata, and named.
struct Keeper: Sendable {
    let store: BlobStore
    let inspector: Inspector
    let keepsMetadata: Bool

    /// Keeps a file, or a copy of it without metadata. Blocking.
    ///
    /// When this returns, what is kept survives a power cut. When it throws, nothing is kept.
    /// - Throws: ``InspectionFailure`` for a picture that is not accepted, ``FileFailure``.
    func keep(_ received: ReceivedFile, as id: BlobID) throws -> StoredOriginal {
        var source = ByteSource(count: received.byteCount, fill: received.file.read)
        let inspection = try inspector.inspect(&source)
        guard let plan = try plan(for: inspection, &source) else {
            try store.keep(received.file, as: id)
            return StoredOriginal(
                byteCount: received.byteCount,
                sha256: received.sha256,
                receivedByteCount: received.byteCount,
                receivedSHA256: received.sha256,
                removedMetadata: [],
                inspection: inspection
            )
        }
        let copy = try store.newOriginal()
        defer { copy.close() }
        let sha256 = try plan.write(from: received.file, to: copy)
        try store.keep(copy, as: id)
        return StoredOriginal(
            byteCount: plan.byteCount,
            sha256: sha256,
            receivedByteCount: received.byteCount,
            receivedSHA256: received.sha256,
            removedMetadata: plan.removed,
            inspection: inspection
        )
    }

    private func plan(for inspection: Inspection, _ source: inout ByteSource) throws -> ScrubPlan? {
        guard !keepsMetadata, let kind = inspection.kind else { return nil }
        let orientation = inspection.facts?.orientation
        let result = Result { () throws(InspectionFailure) in
            try Scrubber.plan(for: kind, orientation: orientation, &source)
        }
        try source.checkReading()
        return try result.get()
    }
}
