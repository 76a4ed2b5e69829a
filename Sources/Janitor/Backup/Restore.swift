import Chat
import ChatSQLite
import Foundation
import Kernel
import Media
import SnugSettings

/// Copies a verified backup into a storage folder. The database gets its name last, and until then a marker file keeps
/// servers from starting. Blocks.
struct Restore {
    /// What has just been done.
    enum Step: CaseIterable { case marked, files, epoch, synced, named }

    /// Appended to the names of databases that are not complete.
    private static let unfinishedSuffix = ".restored"

    let backup: BackupFolder
    let target: RestoreTarget
    let keepsSecret: Bool
    let stop: StopRequest
    /// Called after each step; an error that it throws ends the restore there, as if the process had been killed.
    var reached: (Step) throws -> Void = { _ in }

    private var settings: Settings { target.settings }
    private var storage: String { settings.storage }

    /// - Throws: `CommandFailure` if there is too little space; `FileFailure`; `CancellationError`.
    func run() throws {
        let isRepeated = target.folder.hasUnfinishedRestore
        try target.folder.beginRestore()
        try reached(.marked)
        if isRepeated { try removeLeftovers() }
        try requireSpace()
        _ = try MediaFolder(settings.mediaPath)
        var databases: [String] = []
        let reader = try ManifestReader(backup.manifestPath)
        while let entry = try reader.next() {
            guard !entry.isMissing else { continue }
            try stop.check()
            if entry.isMedia {
                try copy(entry, to: "\(storage)/\(entry.path)")
            } else if Store.databaseNames.contains(entry.path) {
                databases.append(entry.path)
                try copy(entry, to: "\(storage)/\(entry.path)\(Self.unfinishedSuffix)")
            } else if let path = settingsPath(of: entry) {
                try copyAtomically(entry, to: path)
            }
        }
        try reached(.files)
        try DatabaseCopy(path: "\(storage)/\(Store.fileName)\(Self.unfinishedSuffix)").renewEpoch()
        try reached(.epoch)
        try finish(databases)
    }

    /// The database that the others belong to comes last: with it, there is a storage.
    private func finish(_ databases: [String]) throws {
        for path in [storage, settings.mediaPath] { try SystemCall.syncFileSystem(of: path) }
        try reached(.synced)
        for name in databases.sorted(by: { first, _ in first != Store.fileName }) {
            try SystemCall.rename("\(storage)/\(name)\(Self.unfinishedSuffix)", to: "\(storage)/\(name)")
        }
        try SystemCall.syncFolder(storage)
        try reached(.named)
        try target.folder.endRestore()
        target.release()
    }

    /// Removes what an interrupted restore has copied, but not the media folder itself, which may be a mount point.
    private func removeLeftovers() throws {
        let manager = FileManager.default
        for name in Store.databaseNames {
            for suffix in ["", Self.unfinishedSuffix, Self.unfinishedSuffix + "-journal"] {
                try SystemCall.remove("\(storage)/\(name)\(suffix)")
            }
        }
        let names = (try? manager.contentsOfDirectory(atPath: settings.mediaPath)) ?? []
        for name in names.filter({ $0 != "lost+found" }) {
            try stop.check()
            try manager.removeItem(atPath: "\(settings.mediaPath)/\(name)")
        }
    }

    private func requireSpace() throws {
        var needed = 0
        let reader = try ManifestReader(backup.manifestPath)
        while let entry = try reader.next() { needed += entry.bytes + DiskSpace.perFile }
        let media = FileManager.default.fileExists(atPath: settings.mediaPath) ? settings.mediaPath : storage
        try DiskSpace.require(needed, at: media)
    }

    /// Nil for a file that is not restored.
    private func settingsPath(of entry: Manifest.Entry) -> String? {
        let path: String
        switch entry.path {
        case "secret" where keepsSecret: path = settings.secretPath
        case "secret.previous" where keepsSecret: path = settings.previousSecretPath
        case "snug.yaml": path = "\(storage)/snug.yaml"
        default: return nil
        }
        // The operator's own file counts.
        return FileManager.default.fileExists(atPath: path) ? nil : path
    }

    private func copyAtomically(_ entry: Manifest.Entry, to path: String) throws {
        let passing = path + UnnamedFile.unfinishedSuffix
        try SystemCall.remove(passing)
        try copy(entry, to: passing)
        try SystemCall.rename(passing, to: path)
    }

    private func copy(_ entry: Manifest.Entry, to path: String) throws {
        let digest = try FileDigest.copying(
            OpenFile(backup.path(of: entry)),
            to: path,
            mode: entry.permissions ?? 0o600,
            modifiedAt: entry.modified_at,
            stop
        )
        guard digest == FileDigest(byteCount: entry.bytes, sha256: entry.sha256) else {
            throw CommandFailure("\(entry.path) has changed since the backup was verified.", status: 1)
        }
    }
}
