import Chat
import Foundation
import GRDB

/// A copy of a database in a file of its own, which no server uses.
package struct DatabaseCopy: Sendable {
    /// Pages that are read at once: 1 MiB with pages of 4 KiB.
    private static let pagesPerStep: CInt = 256

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Copies the database at `source`, which other programs may use meanwhile. The file needs no log and is not synced.
    /// Blocks.
    ///
    /// All steps read one snapshot. Without it, SQLite would start again after each write of a server
    /// (https://www.sqlite.org/backup.html), and a busy one would never let the copy end. The write-ahead log is not
    /// emptied meanwhile.
    ///
    /// - Parameters:
    ///   - path: A file that does not exist.
    ///   - rest: Called after each step of 1 MiB; an error that it throws ends the copy.
    package static func make(of source: String, at path: String, rest: () throws -> Void) throws -> DatabaseCopy {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
        let copy = DatabaseCopy(path: path)
        try translatingErrors {
            try copy.fill(from: source, rest: rest)
            // The copied header asks for a write-ahead log, and so for files beside the copy.
            try copy.write { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        }
        return copy
    }

    private func fill(from source: String, rest: () throws -> Void) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            // An interrupted copy is thrown away as a whole.
            try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        }
        let from = try DatabaseQueue(path: source, configuration: DatabaseFile.configuration)
        defer { try? from.close() }
        let to = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? to.close() }
        try from.read { snapshot in
            // The snapshot begins with the first statement.
            _ = try Int.fetchOne(snapshot, sql: "SELECT count(*) FROM sqlite_master")
            try to.writeWithoutTransaction { target in
                try withoutActuallyEscaping(rest) { rest in
                    try snapshot.backup(to: target, pagesPerStep: Self.pagesPerStep) { progress in
                        if !progress.isCompleted { try rest() }
                    }
                }
            }
        }
    }

    /// Reads the copy. Creates no files beside it, so that a copy on a read-only disk can be read. Blocks.
    package func read<Value>(_ body: (Snapshot) throws -> Value) throws -> Value {
        try withQueue(DatabaseFile(path: path, lockPath: nil).immutableAddress, DatabaseFile.configuration) { queue in
            try queue.read { try body(Snapshot(SQLiteConnection($0))) }
        }
    }

    /// Changes the copy in one transaction. Blocks.
    package func change(_ body: (Snapshot) throws -> Void) throws {
        try write { db in
            try db.inTransaction {
                try body(Snapshot(SQLiteConnection(db)))
                return .commit
            }
        }
    }

    /// Gives the copy another epoch and another token, so that no cursor of the original is believed. Blocks.
    package func renewEpoch() throws {
        try write { db in
            try db.execute(sql: "UPDATE meta SET epoch = lower(hex(randomblob(8)))")
            guard try db.columns(in: "meta").contains(where: { $0.name == "token" }) else { return }
            try db.execute(sql: "UPDATE meta SET token = lower(hex(randomblob(16)))")
        }
    }

    /// What SQLite finds wrong with the file, at most a hundred lines; empty if nothing
    /// (https://www.sqlite.org/pragma.html#pragma_integrity_check). Reads all of it. Blocks.
    package func damage() -> [String] {
        do {
            let address = DatabaseFile(path: path, lockPath: nil).immutableAddress
            let lines = try withQueue(address, DatabaseFile.configuration) { queue in
                try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check(100)") }
            }
            return lines == ["ok"] ? [] : lines
        } catch {
            return ["\(error)"]
        }
    }

    /// Whether this release made the schema. Blocks.
    ///
    /// - Throws: `DatabaseRefusal` for a database of a newer release.
    package func isUpToDate() throws -> Bool {
        try DatabaseFile(path: path, lockPath: nil).inspect().isUpToDate
    }

    /// Why the archive beside the copy does not serve it; nil if it does. A database that has archived nothing needs none.
    /// Blocks.
    ///
    /// - Throws: `DatabaseRefusal` for a database of a newer release; `EngineError`.
    package func archiveRefusal() throws -> DatabaseRefusal? {
        try translatingErrors {
            let database = try DatabaseFile(path: path, lockPath: nil).inspect().archive
            let archive = ArchiveFile(besideDatabase: path, lockPath: nil)
            guard archive.isMissing else { return try archive.refusal(for: database, isInUse: false) }
            return database.generation == 0 ? nil : .noArchive(path: archive.path)
        }
    }

    private func write(_ body: (Database) throws -> Void) throws {
        try withQueue(path, Configuration()) { queue in try queue.writeWithoutTransaction(body) }
    }

    private func withQueue<Value>(
        _ address: String,
        _ configuration: Configuration,
        _ body: (DatabaseQueue) throws -> Value
    ) throws -> Value {
        try translatingErrors {
            let queue = try DatabaseQueue(path: address, configuration: configuration)
            defer { try? queue.close() }
            return try body(queue)
        }
    }
}
