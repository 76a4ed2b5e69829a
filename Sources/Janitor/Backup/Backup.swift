import Chat
import ChatSQLite
import Foundation
import Kernel
import Media
import SnugSettings
import Vocabulary

/// Makes one backup of a storage, beside a running server. Every method blocks.
///
/// The database is copied first, then the archive of its old messages, then the files that the copy of the database
/// refers to. A row is written after its original and removed before it, and no sweep runs meanwhile, so every original
/// in the copy is still there, and no message moves between the two copies. Variants are not held back: the server
/// removes those of a deleted message at once. The copy of the database then says that they wait to be rendered.
struct Backup {
    /// What has just been done.
    enum Step: CaseIterable { case begun, database, media, settings, synced, manifest }

    let settings: Settings
    let collection: BackupCollection
    /// Copy every file, also those that the previous backup has.
    var isFull = false
    let stop: StopRequest
    /// Seconds between two pieces of work, so that a server on the same core is not slowed.
    var pause = 0.005
    /// Called after each step; an error that it throws ends the backup there, as if the process had been killed.
    var reached: (Step) throws -> Void = { _ in }

    func run(at time: Date = Date()) throws -> (folder: BackupFolder, report: BackupReport) {
        try collection.removeUnfinished(stop)
        let (name, path) = try collection.begin(at: time)
        try reached(.begun)
        let databases = try copyDatabases(to: path)
        try reached(.database)
        let media = try MediaFolder("\(path)/\(MediaFolder.name)")
        let manifest = try ManifestWriter(
            "\(path)/\(Manifest.fileName)",
            header: Manifest.Header(format: Manifest.format, snug: Release.version, made_at: name.text)
        )
        try requireSpace(for: databases[0], at: path)
        var files = MediaBackup(
            storage: settings.storage,
            target: path,
            earlier: collection.newest.map(EarlierBackup.init),
            isFull: isFull,
            manifest: manifest,
            stop: stop,
            pause: pause
        )
        try files.copyAll(of: databases[0])
        let unrendered = files.report.unrendered
        try databases[0].change { copy in for id in unrendered { try copy.forgetVariants(of: id) } }
        try reached(.media)
        try copySettings(to: path, manifest)
        for database in databases { try manifest.append(entry(of: database, in: path)) }
        try reached(.settings)
        try SystemCall.syncFileSystem(of: media.path)
        try reached(.synced)
        try manifest.finish()
        try SystemCall.syncFolder(path)
        try reached(.manifest)
        files.report.byteCount = manifest.byteCount
        return (try collection.finish(name), files.report)
    }

    private func rest() throws {
        try stop.check()
        Thread.sleep(forTimeInterval: pause)
    }

    /// The first one has the rows of the attachments.
    private func copyDatabases(to path: String) throws -> [DatabaseCopy] {
        try Store.databaseNames.compactMap { name in
            let source = "\(settings.storage)/\(name)"
            guard let size = try SystemCall.facts(source)?.byteCount else { return nil }
            let log = try SystemCall.facts(source + "-wal")?.byteCount ?? 0
            try DiskSpace.require(size + log, at: path)
            return try DatabaseCopy.make(of: source, at: "\(path)/\(name)", rest: rest)
        }
    }

    /// Counts what the previous backup does not have.
    private func requireSpace(for database: DatabaseCopy, at path: String) throws {
        let earlier = isFull ? nil : collection.newest.map(EarlierBackup.init)
        var needed = 0
        var pages = AttachmentPages(of: database)
        while let attachment = try pages.next() {
            try stop.check()
            let id = BlobID(attachment.id.uuid)
            for file in attachment.files where earlier?.entry(of: file, id)?.bytes != file.byteCount {
                needed += file.byteCount + DiskSpace.perFile
            }
        }
        try DiskSpace.require(needed, at: path)
    }

    /// The keys and the settings file lie where the settings say, and in the backup where a storage has them.
    private func copySettings(to path: String, _ manifest: ManifestWriter) throws {
        let files = [
            ("secret", settings.secretPath), ("secret.previous", settings.previousSecretPath),
            ("snug.yaml", settings.sources.file),
        ]
        for (name, source) in files {
            guard let source, FileManager.default.fileExists(atPath: source) else { continue }
            let real = try SystemCall.realPath(source)
            guard let facts = try SystemCall.facts(real) else { continue }
            let time = facts.modifiedAtNanoseconds
            let digest = try FileDigest.copying(
                OpenFile(real),
                to: "\(path)/\(name)",
                mode: facts.mode & 0o777,
                modifiedAt: time,
                stop
            )
            try manifest.append(Manifest.Entry(name, digest, mode: facts.mode, modifiedAt: time))
        }
    }

    private func entry(of database: DatabaseCopy, in path: String) throws -> Manifest.Entry {
        guard let facts = try SystemCall.facts(database.path) else { throw FileFailure("stat") }
        return Manifest.Entry(
            String(database.path.dropFirst(path.count + 1)),
            try FileDigest.reading(OpenFile(database.path), willRead: stop.check),
            mode: facts.mode,
            modifiedAt: facts.modifiedAtNanoseconds
        )
    }
}

extension Manifest.Entry {
    init(_ path: String, _ digest: FileDigest, mode: mode_t, modifiedAt: Int64) {
        self.init(
            path: path,
            bytes: digest.byteCount,
            sha256: digest.sha256,
            mode: Self.modeText(mode),
            modified_at: modifiedAt
        )
    }
}
