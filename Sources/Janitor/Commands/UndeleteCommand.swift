import ArgumentParser
import Chat
import Foundation
import Media
import Vocabulary

/// `snug-janitor undelete`
struct UndeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undelete",
        abstract: "Put files back from the trash.",
        discussion: """
            Takes the ids of attachments, whose files a sweep moved to the trash because they had no row. If one of the \
            ids cannot be put back, none is. A file that still has no row counts as new, so that it stays for the grace \
            period of unknown files.

            Exit status: 1 if a setting is not valid; 64 if an id is malformed; 66 if the trash has no file of an id; 70 \
            if a file could not be put back; 73 if a file of the same name is there now; 75 if another janitor is \
            running; 78 if the storage cannot be used, or if the files in it may belong to another database.
            """
    )

    @Argument(help: "Ids of attachments, as in the names of their files.")
    var ids: [BlobID]

    @OptionGroup var storage: StorageOptions

    func run() async throws {
        try await CommandFailure.explaining("the command", afterwards: "it can be repeated") {
            let settings = try storage.settings()
            let restored = try await JanitorStorage.withExclusiveUse(of: settings) { storage in
                try storage.requireOwnMedia()
                return try await Undeletion(storage).run(ids)
            }
            for file in restored { print(file) }
        }
    }
}

/// Puts the files of attachments back from the trash: those of all ids, or none.
struct Undeletion {
    /// What was put back of one attachment.
    struct Restored: Sendable, Equatable, CustomStringConvertible {
        let id: BlobID
        let files: Int
        /// Whether a message can show it.
        let isStored: Bool

        var description: String {
            "\(id): \(files) files were put back"
                + (isStored ? "" : "; the database does not know it, so a later sweep will move it to the trash again")
        }
    }

    let store: Store
    let archive: any Archive
    let ledger: Ledger?

    init(store: Store, archive: any Archive, ledger: Ledger?) {
        self.store = store
        self.archive = archive
        self.ledger = ledger
    }

    init(_ storage: JanitorStorage) {
        self.init(
            store: storage.store,
            archive: storage.archive,
            ledger: Ledger(storage: storage.settings.storage)
        )
    }

    /// - Throws: `CommandFailure` if the trash has nothing of an id, or if one of its files is there now.
    func run(_ ids: [BlobID]) async throws -> [Restored] {
        var trashed: [(id: BlobID, files: [ArchivedFile])] = []
        for id in ids where !trashed.contains(where: { $0.id == id }) { trashed.append((id, try await find(id))) }
        let stored = try await store.attachments.stored(among: trashed.map { Attachment.ID($0.id.uuid) })
        var restored: [Restored] = []
        for (id, files) in trashed {
            let isStored = stored.contains(Attachment.ID(id.uuid))
            let count = try await archive.undelete(id, asNew: !isStored)
            record(files)
            restored.append(Restored(id: id, files: count, isStored: isStored))
        }
        return restored
    }

    private func find(_ id: BlobID) async throws -> [ArchivedFile] {
        let files = try await archive.trashedFiles(of: id)
        guard !files.isEmpty else { throw CommandFailure("The trash has no file of \(id).", status: EX_NOINPUT) }
        let present = Set(try await archive.files(of: [id]).map(\.key))
        if let taken = files.first(where: { present.contains($0.key) }) {
            throw CommandFailure("\(taken.key.name) is there already, and is not replaced.", status: EX_CANTCREAT)
        }
        return files
    }

    private func record(_ files: [ArchivedFile]) {
        let now = Date()
        ledger?.append(
            files.map { file in
                var entry = LedgerEntry(at: now, step: "undelete", action: .restore, why: "an operator asked for it")
                entry.file = file.key.name
                entry.bytes = file.byteCount
                entry.ageSeconds = max(0, Int(now.timeIntervalSince(file.modifiedAt)))
                return entry
            }
        )
    }
}

extension Identifier: ExpressibleByArgument {
    package init?(argument: String) {
        self.init(argument)
    }
}
