import SnugMetrics

/// Kinds of work on files.
package enum FileOperation: String, CaseIterable, Sendable {
    /// Writing received bytes to the spool.
    case spool
    /// Inspecting, hashing and stripping a received file.
    case prepare
    /// Syncing an original and giving it its name.
    case commitOriginal = "commit_original"
    /// Syncing the variants of a picture and giving them their names.
    case commitVariants = "commit_variants"
    /// Opening a file of the archive.
    case open
    /// Looking for a file of the archive.
    case look
    /// Removing files of the archive.
    case remove
}

/// Time of work on files, without the wait for a thread.
package struct FileMetrics: Sendable {
    package let operations: Family<FileOperation, Histogram>

    package init() {
        operations = Family { _ in Histogram(seconds: [0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5]) }
    }
}
