import FoundationEssentials
import Glibc
import Kernel

/// A restore takes a while. A marker file keeps other programs from using the storage until it has ended.
extension StorageFolder {
    private static let unfinishedRestoreName = "restore.unfinished"

    private var unfinishedRestorePath: String { "\(path)/\(Self.unfinishedRestoreName)" }

    /// Whether a restore has begun and not ended.
    package var hasUnfinishedRestore: Bool { FileOwner(of: unfinishedRestorePath) != nil }

    /// Creates the marker, durably.
    package func beginRestore() throws(FileFailure) {
        try SystemCall.makeFile(unfinishedRestorePath, mode: 0o600)
        try SystemCall.syncFolder(path)
    }

    /// Removes the marker. Everything in the storage must be durable.
    package func endRestore() throws(FileFailure) {
        try SystemCall.remove(unfinishedRestorePath)
        try SystemCall.syncFolder(path)
    }

    /// - Throws: ``StorageFailure`` if a restore of this storage was interrupted.
    package func requireNoUnfinishedRestore() throws(StorageFailure) {
        guard hasUnfinishedRestore else { return }
        throw StorageFailure(
            "A restore of the storage \(path) was interrupted: run snug-janitor restore again, or empty the folder."
        )
    }
}
