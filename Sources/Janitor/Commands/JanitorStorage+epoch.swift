import Chat
import ChatSQLite
import Kernel
import Media

extension JanitorStorage {
    /// Refuses files that may belong to another database, or to a later state of this one.
    ///
    /// The server writes the epoch of the database to the marker file of the media folder at its start, and gives a
    /// restored database a new epoch first.
    ///
    /// - Throws: `CommandFailure`.
    func requireOwnMedia() throws {
        if try isUnknownToServer() {
            throw CommandFailure(
                "The database in \(settings.storage) has been put back or replaced since its server last ran. Start "
                    + "snug-server once; until then, no file is removed."
            )
        }
        let marker = "The marker file \(settings.mediaPath)/.snug-media"
        guard let epoch = try markedEpoch() else {
            throw CommandFailure(
                "\(marker) does not name a database yet. Start snug-server of this version once; until then, no file is "
                    + "removed."
            )
        }
        guard epoch == store.epoch else {
            throw CommandFailure(
                "\(marker) names another database than the one in \(settings.storage). Is the right disk mounted? If you "
                    + "have put back a backup, start snug-server once; until then, no file is removed."
            )
        }
    }

    private func isUnknownToServer() throws -> Bool {
        try Store.isUnknownToServer(
            path: settings.databasePath,
            lockPath: "\(settings.storage)/\(StorageLock.serverName)"
        )
    }

    private func markedEpoch() throws -> String? {
        do {
            return try MediaFolder(existing: settings.mediaPath).markedEpoch()
        } catch {
            throw CommandFailure("The media folder \(settings.mediaPath) cannot be read: \(error.reason).")
        }
    }
}
