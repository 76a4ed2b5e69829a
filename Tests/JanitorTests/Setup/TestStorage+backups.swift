import Foundation
import Hashing
import Kernel
import Media
import Pictures
import SnugSettings
import Vocabulary

@testable import Chat
@testable import Janitor

extension TestStorage {
    /// With the keys and the settings file where a storage has them.
    var settings: Settings {
        var settings = Settings()
        settings.storage = folder
        settings.sources.file = folder + "/snug.yaml"
        return settings
    }

    var backups: String { folder + "-backups" }

    /// Files that a server and its operator write.
    func writeSettings() throws {
        try Self.write(String(repeating: "ab", count: 32) + "\n", to: folder + "/secret", mode: 0o600)
        try Self.write(String(repeating: "cd", count: 32) + "\n", to: folder + "/secret.previous", mode: 0o600)
        try Self.write("port: 8081\n", to: folder + "/snug.yaml", mode: 0o640)
    }

    private static func write(_ text: String, to path: String, mode: mode_t) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        guard chmod(path, mode) == 0 else { throw FileFailure("chmod") }
    }

    /// A message with a rendered picture, whose files have the content that its rows name.
    @discardableResult
    func renderedPicture(_ text: String = UUID().uuidString) async throws -> (message: Message.ID, file: Attachment.ID)
    {
        let id = Attachment.ID.random()
        let bytes = [UInt8](text.utf8)
        try await store.attachments.begin(id, by: owner)
        try put(bytes, .original(BlobID(id.uuid)))
        let facts = AttachmentFacts(
            kind: .image,
            mediaType: "image/jpeg",
            byteCount: Int64(bytes.count),
            sha256: Data(SHA256.hash(bytes)),
            width: 4000,
            height: 3000
        )
        _ = try await store.attachments.complete(id, filename: "picture.jpg", facts: facts, by: owner)
        let message = try await store.messages.post(Draft(body: text, attachmentIDs: [id]), in: room, by: owner).message
        var variants: [Variant] = []
        for size in VariantSize.allCases {
            let bytes = [UInt8]("\(size.rawValue) of \(text)".utf8)
            try put(bytes, .variant(VariantFile(blob: BlobID(id.uuid), size: size, format: .jpg)))
            let side = size.rawValue
            variants.append(
                Variant(
                    size: size,
                    fileSize: size,
                    width: side,
                    height: side,
                    format: .jpg,
                    byteCount: Int64(bytes.count)
                )
            )
        }
        _ = try await store.renderings.next()
        try await store.renderings.finish(id, variants: variants)
        return (message.id, id)
    }

    private func put(_ bytes: [UInt8], _ key: ArchiveKey) throws {
        let path = path(of: key)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        guard chmod(path, 0o640) == 0 else { throw FileFailure("chmod") }
    }

    func variant(_ id: Attachment.ID, _ size: VariantSize = .thumbnail) -> String {
        path(of: .variant(VariantFile(blob: BlobID(id.uuid), size: size, format: .jpg)))
    }

    /// The path of a file of this storage in another folder.
    func path(_ file: String, in other: String) -> String { other + file.dropFirst(folder.count) }

    /// Makes a backup in this process.
    @discardableResult
    func backUp(
        isFull: Bool = false,
        until last: Backup.Step? = nil
    ) throws -> (folder: BackupFolder, report: BackupReport) {
        let collection = try BackupCollection(at: backups, outside: settings)
        var backup = Backup(settings: settings, collection: collection, isFull: isFull, stop: StopRequest(), pause: 0)
        backup.reached = { step in if step == last { throw Interruption() } }
        return try backup.run()
    }

    func verify(_ folder: BackupFolder) throws -> Verification.Report {
        try Verification(folder: folder, stop: StopRequest()).run()
    }

    /// Restores a backup to another folder in this process.
    func restore(
        _ backup: BackupFolder,
        to target: String,
        keepsSecret: Bool = false,
        until last: Restore.Step? = nil
    ) throws {
        var settings = settings
        settings.storage = target
        let target = try RestoreTarget(settings, owner: backup, keepsSecret: keepsSecret)
        var restore = Restore(backup: backup, target: target, keepsSecret: keepsSecret, stop: StopRequest())
        restore.reached = { step in
            guard step == last else { return }
            target.release()
            throw Interruption()
        }
        try restore.run()
    }
}

/// Ends a backup or a restore where a killed process would end.
struct Interruption: Error {}

/// A storage with keys and settings, and a folder for its backups and one for its restored copy beside it.
func withBackedUpStorage(_ body: (TestStorage) async throws -> Void) async throws {
    try await withStorage { storage in
        defer {
            for suffix in ["-backups", "-restored"] {
                try? FileManager.default.removeItem(atPath: storage.folder + suffix)
            }
        }
        try storage.writeSettings()
        try await body(storage)
    }
}

func mode(of path: String) -> mode_t? {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & 0o7777 : nil
}

func inode(of path: String) -> UInt64? {
    var info = stat()
    return stat(path, &info) == 0 ? UInt64(info.st_ino) : nil
}

func bytes(of path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
