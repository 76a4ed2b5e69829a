import Chat
import ChatSQLite
import Foundation
import Media
import SnugSettings

/// The database and the media of an existing storage, for one command.
struct JanitorStorage: Sendable {
    let settings: Settings
    let store: Store
    let folder: MediaFolder
    let archive: DiskArchive
    let spool: Spool

    /// Opens a storage as its owner, and closes it when `body` has returned. No other command that changes the storage
    /// runs meanwhile.
    ///
    /// - Throws: `CommandFailure` when another janitor is running or the storage cannot be used; what `body` throws.
    static func withExclusiveUse<Value: Sendable>(
        of settings: Settings,
        _ body: @escaping @Sendable (JanitorStorage) async throws -> Value
    ) async throws -> Value {
        try claim(settings.storage)
        guard let lock = try lock(settings.storage) else {
            throw CommandFailure("Another janitor is running; nothing was done.", status: EX_TEMPFAIL)
        }
        defer { lock.release() }
        return try await withUse(of: settings, body)
    }

    /// Opens a storage as its owner to read it, also while other janitors use it, and closes it when `body` has
    /// returned.
    ///
    /// - Throws: `CommandFailure` when the storage cannot be used; what `body` throws.
    static func withSharedUse<Value: Sendable>(
        of settings: Settings,
        _ body: @escaping @Sendable (JanitorStorage) async throws -> Value
    ) async throws -> Value {
        try claim(settings.storage)
        return try await withUse(of: settings, body)
    }

    private static func withUse<Value: Sendable>(
        of settings: Settings,
        _ body: @escaping @Sendable (JanitorStorage) async throws -> Value
    ) async throws -> Value {
        let store = try openStore(settings)
        return try await store.closing {
            let folder = try openMedia(settings)
            return try await body(
                JanitorStorage(
                    settings: settings,
                    store: store,
                    folder: folder,
                    archive: DiskArchive(folder),
                    spool: Spool(in: folder)
                )
            )
        }
    }

    private static func claim(_ storage: String) throws {
        do {
            let folder = try StorageFolder(existing: storage, database: Store.fileName)
            try folder.claim(Store.fileNames + [JanitorLock.fileName, Ledger.fileName])
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private static func lock(_ storage: String) throws -> JanitorLock? {
        do {
            return try JanitorLock(storage: storage)
        } catch {
            throw CommandFailure("The storage cannot be used: \(error). Is SNUG_STORAGE right?")
        }
    }

    private static func openStore(_ settings: Settings) throws -> Store {
        do {
            return try Store(
                path: settings.databasePath,
                role: .guest,
                lockPath: "\(settings.storage)/\(StorageLock.serverName)"
            )
        } catch let refusal as DatabaseRefusal {
            throw CommandFailure(refusal.description)
        }
    }

    private static func openMedia(_ settings: Settings) throws -> MediaFolder {
        do {
            return try MediaFolder(existing: settings.mediaPath)
        } catch  where error.isSplit {
            throw CommandFailure("The folders in \(settings.mediaPath) are on different disks.")
        } catch {
            throw CommandFailure(
                "The media folder in \(settings.storage) cannot be opened: \(error). Is the right disk mounted?"
            )
        }
    }
}
