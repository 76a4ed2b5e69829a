import Foundation
import GRDB
import Hashing
import Media
import Pictures
import Vocabulary

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

/// Storages without damage, and the damage that a check is to find.
extension TestStorage {
    func fsck(repairs: Bool = false, isQuick: Bool = false, batch: Int = 200) -> Fsck {
        Fsck(
            store: store,
            archive: archive,
            audit: StorageAudit(of: folder, mediaFolder, privateFiles: Store.fileNames),
            sweep: sweep(isDryRun: !repairs),
            repairs: repairs,
            isQuick: isQuick,
            batch: batch,
            pause: .zero
        )
    }

    /// A message with a rendered picture whose rows describe its files.
    func picture() async throws -> (message: Message.ID, file: Attachment.ID) {
        let file = try await upload()
        let message = try await store.messages.post(Draft(body: "", attachmentIDs: [file]), in: room, by: owner).message
        return (message.id, file)
    }

    /// A rendered picture that no message holds, made in the order in which the server makes one.
    func upload() async throws -> Attachment.ID {
        let id = Attachment.ID.random()
        try await store.attachments.begin(id, by: owner)
        try writePrivately(original(id))
        var facts = AttachmentFacts.picture
        facts.sha256 = Data(SHA256.hash(TestStorage.content))
        _ = try await store.attachments.complete(id, filename: "picture.jpg", facts: facts, by: owner)
        try writePrivately(thumbnail(id))
        _ = try await store.renderings.finish(id, variants: [.thumbnail])
        return id
    }

    /// What `write` writes.
    private static let content = Data("0123456789".utf8)

    /// A file of 10 bytes that has the mode that the server gives it from the beginning.
    func writePrivately(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: TestStorage.content)
    }

    /// Changes the database as no part of Snug does, without its foreign keys.
    func damage(_ sql: String, _ arguments: StatementArguments = []) async throws {
        guard let engine = store.engine as? SQLiteEngine else { preconditionFailure("the store is not on SQLite") }
        try await engine.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: sql, arguments: arguments)
            try db.execute(sql: "PRAGMA foreign_keys = ON")
        }
    }

    func original(_ id: Attachment.ID) -> String { path(of: .original(BlobID(id.uuid))) }

    func thumbnail(_ id: Attachment.ID) -> String {
        path(of: .variant(VariantFile(blob: BlobID(id.uuid), size: .thumbnail, format: .jpg)))
    }
}

extension Identifier {
    /// As the database stores it.
    var bytes: Data { withUnsafeBytes(of: uuid.uuid) { Data($0) } }
}
