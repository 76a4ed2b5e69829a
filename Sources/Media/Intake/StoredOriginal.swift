import Pictures

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
