import Chat
import Foundation
import GRDB

/// A database that is open and up to date. The other parts of a server start from its epoch and the position of its
/// log, and its store is created last.
package struct OpenDatabase: Sendable {
    /// Number of reading connections. On one core, more would only wait for each other and cost a page cache each.
    static let readers = 2
    /// Seconds to wait for another process, such as the janitor, to finish its write.
    private static let busyTimeout: TimeInterval = 5
    static let busyTimeoutMilliseconds = Int(busyTimeout * 1000)

    /// Created with the database; part of every cursor.
    package let epoch: String
    let pool: DatabasePool
    package let metrics = CommitMetrics()
    /// Nil for a guest.
    let epochKeeper: EpochKeeper?
    /// Time after which a statement of a request is interrupted. Nil for a guest: a sweep may take as long as it needs.
    let statementLimit: Duration?

    /// Opens the database at `path`. A server creates it if there is none, and brings its schema up to date. Blocks.
    ///
    /// - Parameter lockPath: A file beside the database that is never written to, by which a copy of the folder is
    ///   recognised.
    /// - Parameter statementLimit: Time after which a statement of a request to a server is interrupted.
    /// - Throws: `DatabaseRefusal` for a database that must not be opened.
    package init(
        path: String,
        role: Store.Role,
        lockPath: String? = nil,
        synchronous: Store.Synchronous = .full,
        statementLimit: Duration = StatementClock.standardLimit
    ) throws {
        self.statementLimit = role == .server ? statementLimit : nil
        let file = DatabaseFile(path: path, lockPath: lockPath)
        let found = try file.inspect()
        if role == .guest, !found.isUpToDate { throw DatabaseRefusal.older(path: path) }
        try file.checkPages(as: role)
        let archive = ArchiveFile(besideDatabase: path, lockPath: lockPath)
        try archive.prepare(for: found.archive, as: role)
        let pool = try Self.open(path, archive, synchronous, isNew: found.isNew)
        self.pool = pool
        switch role {
        case .server:
            try Schema.migrator.migrate(pool)
            try pool.write { try ArchiveFile.bind($0) }
            try SearchIndex.update(inEach: { step in try pool.write { try step(Snapshot(SQLiteConnection($0))) } })
            let mark = MarkFile(path: MarkFile.path(ofDatabase: path), isSynced: synchronous == .full)
            let keeper = EpochKeeper(file: file, markFile: mark)
            epoch = try pool.writeWithoutTransaction { try keeper.start($0, fileToken: found.fileToken) }
            epochKeeper = keeper
        case .guest:
            epoch = try pool.read { try String.fetchOne($0, sql: "SELECT epoch FROM meta") ?? "" }
            epochKeeper = nil
        }
    }

    private static func open(
        _ path: String,
        _ archive: ArchiveFile,
        _ synchronous: Store.Synchronous,
        isNew: Bool
    ) throws -> DatabasePool {
        try DatabaseFile.makePrivate(at: path)
        var configuration = Configuration()
        configuration.label = "snug"
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = readers
        // Keeps the data that a savepoint may have to restore in memory; otherwise a group of writes would open a file
        // for it.
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            // Unused pages can be returned to the file system one by one. This can be chosen only before the first page
            // is written, which happens when GRDB enables WAL (https://www.sqlite.org/pragma.html#pragma_auto_vacuum).
            if isNew, !db.configuration.readonly { try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
            try archive.attach(to: db)
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets NORMAL when it enables WAL, so this cannot be set in the configuration.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)") }
        return pool
    }

    /// Position of the newest event ever written; 0 before the first. Blocks.
    package func logPosition() throws -> Int64 {
        try pool.read { try $0.logPosition() }
    }

    /// Records outside the database how far its log reaches.
    func note(_ events: [Event]) {
        if let last = events.last { epochKeeper?.markFile.note(last.position) }
    }
}

extension Database {
    /// Position of the newest event ever written; 0 before the first.
    func logPosition() throws -> Int64 {
        try Int64.fetchOne(self, sql: "SELECT position FROM log_head") ?? 0
    }
}
