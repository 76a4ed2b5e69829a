import Chat
import ChatSQLite
import Kernel
import Logging
import Media
import SnugSettings

/// The open storage folder of a server, which no other server can use.
struct ServerStorage: Sendable {
    let folder: StorageFolder
    /// Held until the process ends.
    let lock: StorageLock
    private let mayHaveNewMedia: Bool

    /// Name of the file that occupies the reserve.
    private static let reserveName = "reserve"
    /// Files that only their owner may access.
    private static let privateFiles =
        Store.fileNames + [
            StorageLock.serverName, "janitor.lock", "janitor.log", JanitorStatus.fileName, reserveName,
        ]

    /// Opens the folder, or creates it, and checks its content before anything is changed. Blocks.
    ///
    /// - Throws: `StorageFailure` or `DatabaseRefusal`.
    init(_ settings: Settings, logger: Logger) throws {
        folder = try StorageFolder(at: settings.storage)
        try folder.claim(Store.fileNames + [StorageLock.serverName])
        try StorageFolder.requireReadable(settings.secretPath)
        lock = try StorageLock(folder)
        try folder.requireNoUnfinishedRestore()
        let found = try Store.inspect(path: settings.databasePath, lockPath: lock.path)
        mayHaveNewMedia = !found.hasPeople
        for narrowed in try folder.narrowModes(privateFiles: Self.privateFiles) {
            logger.notice(
                "Permissions in the storage were too wide and have been narrowed; nginx reads media through the group",
                metadata: ["mode": "\(narrowed)"]
            )
        }
    }

    /// Writes the epoch of the database to the marker file of the media folder. Until then, the janitor leaves the files
    /// of a restored or new database alone. Blocks.
    ///
    /// - Throws: `StorageFailure`.
    func mark(_ media: MediaFolder, epoch: String, logger: Logger) throws {
        do {
            if let previous = try media.markedEpoch(), previous != epoch {
                logger.notice(
                    "The media folder was last used with another or an earlier database and now belongs to this one",
                    metadata: ["media": "\(media.path)"]
                )
            }
            try media.mark(epoch: epoch)
        } catch {
            throw StorageFailure("The marker file \(media.path)/.snug-media cannot be written: \(error.reason).")
        }
    }

    /// The space that is reserved for deletions.
    func reserve(byteCount: Int) -> DiskReserve {
        DiskReserve(path: "\(folder.path)/\(Self.reserveName)", byteCount: byteCount)
    }

    /// Opens the media folder. Creates it only for a new database, which cannot have files elsewhere.
    ///
    /// - Throws: `StorageFailure`.
    func openMedia() throws -> MediaFolder {
        let path = "\(folder.path)/\(MediaFolder.name)"
        do {
            return try MediaFolder(path, mayBeNew: mayHaveNewMedia)
        } catch  where error.isMissing {
            throw StorageFailure(
                "\(path) is not the media folder of this database: its marker file .snug-media is missing. Is the "
                    + "right disk mounted? If the files are lost for good, create the folder and the empty file "
                    + "\(path)/.snug-media, both owned by the server's user."
            )
        } catch  where error.isSplit {
            throw StorageFailure(
                "The folders in \(path) are on different disks. originals, variants, incoming and trash must be on "
                    + "one: mount the whole media folder instead."
            )
        } catch {
            throw StorageFailure(
                "The media folder \(path) cannot be opened: \(error.reason). Does everything in it, including the "
                    + "file .snug-media, belong to the server's user?"
            )
        }
    }
}
