/// An upload that is on disk for good.
package struct StoredOriginal: Equatable, Sendable {
    package let byteCount: Int
    /// 64 lower-case hex digits.
    package let sha256: String
    package let inspection: Inspection
}

/// An upload that came in a form.
package struct ReceivedForm: Equatable, Sendable {
    package let original: StoredOriginal
    /// As the client wrote it: to be cleaned with ``Filename`` before any use.
    package let filename: String?
}
