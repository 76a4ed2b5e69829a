import Chat
import ChatSQLite
import Foundation
import Kernel
import Media
import SnugSettings

/// An empty storage folder, or one with an interrupted restore, which no server and no janitor can use meanwhile.
struct RestoreTarget: Sendable {
    let settings: Settings
    let folder: StorageFolder
    private let serverLock: StorageLock
    private let janitorLock: JanitorLock

    /// Opens the folder as its owner. A missing one is created for the owner of the backup.
    ///
    /// - Throws: `CommandFailure`.
    init(_ settings: Settings, owner backup: BackupFolder, keepsSecret: Bool) throws {
        self.settings = settings
        do {
            folder = try Self.open(settings.storage, for: FileOwner(of: backup.path))
            try folder.claim([])
            serverLock = try StorageLock(folder)
            guard let lock = try JanitorLock(storage: settings.storage) else {
                throw CommandFailure("Another janitor is running; nothing was done.", status: EX_TEMPFAIL)
            }
            janitorLock = lock
        } catch let failure as StorageFailure {
            throw CommandFailure(failure.description)
        } catch let failure as FileFailure {
            throw CommandFailure("The storage \(settings.storage) cannot be used: \(failure).")
        }
        if !folder.hasUnfinishedRestore { try requireEmpty() }
        if !keepsSecret { try requireNoKey() }
    }

    private static func open(_ path: String, for owner: FileOwner?) throws -> StorageFolder {
        let isNew = FileOwner(of: path) == nil
        let folder = try StorageFolder(at: path)
        if isNew, geteuid() == 0, let owner, chown(path, owner.user, owner.group) != 0 { throw FileFailure("chown") }
        return folder
    }

    func release() {
        janitorLock.release()
    }

    private func requireEmpty() throws {
        let databases =
            Store.fileNames + Store.databaseNames.flatMap { name in ["", "-wal", "-shm"].map { name + $0 } }
        if let name = databases.first(where: { FileOwner(of: "\(settings.storage)/\($0)") != nil }) {
            throw CommandFailure(
                "There is a storage in \(settings.storage) already (\(name)). Move it away first; a restore overwrites "
                    + "nothing."
            )
        }
        let areas = ["originals", "variants"].map { "\(settings.mediaPath)/\($0)" }
        if let area = try areas.first(where: hasFiles) {
            throw CommandFailure(
                "There are pictures in \(area) already. Move them away first; a restore overwrites nothing."
            )
        }
    }

    private func requireNoKey() throws {
        let paths = [settings.secretPath, settings.previousSecretPath]
        if let path = paths.first(where: { FileOwner(of: $0) != nil }) {
            throw CommandFailure(
                "There is a media key in \(path), and media URLs from before the restore would be valid. Move it away, or "
                    + "keep it with --keep-secret."
            )
        }
    }

    private func hasFiles(_ path: String) throws -> Bool {
        guard let names = FileManager.default.enumerator(atPath: path) else { return false }
        while let name = names.nextObject() as? String {
            if try SystemCall.facts("\(path)/\(name)")?.isRegularFile ?? false { return true }
        }
        return false
    }
}
