import Pictures

/// An upload that is on disk for good.
package struct StoredOriginal: Equatable, Sendable {
    /// Of the file as it is kept.
    package let byteCount: Int
    /// Of the file as it is kept; 32 bytes.
    package let sha256: [UInt8]
    /// Of the file as it came.
    package let receivedByteCount: Int
    /// What was taken out before it was kept: sorted, each once; empty when it is kept as it came.
    package let removedMetadata: [RemovedMetadata]
    package let inspection: Inspection
}

/// An upload that came in a form.
package struct ReceivedForm: Equatable, Sendable {
    package let original: StoredOriginal
    /// As the client wrote it: to be cleaned with ``Filename`` before any use.
    package let filename: String?
}
