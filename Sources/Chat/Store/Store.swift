import Foundation
import GRDB
import Vocabulary

/// Everything that Snug remembers, in one SQLite file. All SQL of the project is in this folder.
package struct Store: Sendable {
    /// When a write counts as done (SQLite `PRAGMA synchronous`).
    package enum Synchronous: String, Sendable, CaseIterable {
        /// When it is on the disk: survives power loss.
        case full
        /// When the operating system has it: survives a killed process.
        case normal
    }

    /// Who opens a database.
    package enum Role: Sendable {
        /// The one server of a storage: makes the database, brings its schema up to date, and answers for its epoch.
        case server
        /// A program beside it, such as the janitor: takes the database as it is.
        case guest
    }

    /// Name of the database in the storage folder.
    package static let fileName = "snug.sqlite"
    /// Names of the files in the storage folder that programs write through this type.
    package static let fileNames = ["", "-wal", "-shm", "-mark"].map { fileName + $0 }

    /// Connections that read; on one core more would only wait for each other and cost a page cache each.
    private static let readers = 2
    /// Seconds to wait for another process, such as the janitor, to finish its write.
    private static let busyTimeout: TimeInterval = 5

    package let limits: ChatLimits
    let retries: RetrySchedule
    let now: @Sendable () -> Timestamp
    /// Made with the database; part of every cursor.
    package let epoch: String
    let pool: DatabasePool
    let sessionCache = SessionCache()
    let memberships = MembershipCache()
    let commits: GroupCommit
    let reads: SharedSnapshotReads
    /// Of a server.
    let epochKeeper: EpochKeeper?

    /// Looks into the database at `path` and changes nothing. Blocks.
    ///
    /// - Throws: `DatabaseRefusal` for one that must not be opened.
    package static func inspect(path: String, lockPath: String? = nil) throws -> DatabaseInspection {
        try DatabaseFile(path: path, lockPath: lockPath).inspect()
    }

    /// Opens the database at `path`; a server makes it where there is none, and brings its schema up to date. Blocks.
    ///
    /// - Parameters:
    ///   - lockPath: A file beside the database that nobody writes to, by which a copy of the folder is recognised.
    ///   - commitGroup: Writes that may share a transaction; 1–64.
    ///   - publish: Gets the events of each commit, in order, before the writers are answered. Called on the writer's
    ///     thread, so it must hand them on at once.
    package init(
        path: String,
        role: Role = .server,
        lockPath: String? = nil,
        synchronous: Synchronous = .full,
        commitGroup: Int = GroupCommit.maxGroup,
        limits: ChatLimits = ChatLimits(),
        retries: RetrySchedule = RetrySchedule(),
        now: @escaping @Sendable () -> Timestamp = { .now },
        publish: @escaping @Sendable ([Event]) -> Void = { _ in }
    ) throws {
        let file = DatabaseFile(path: path, lockPath: lockPath)
        let found = try file.inspect()
        if role == .guest, !found.isUpToDate { throw DatabaseRefusal.older(path: path) }
        try file.checkPages(as: role)
        pool = try Self.open(path, synchronous)
        switch role {
        case .server:
            try Schema.migrator.migrate(pool)
            try SearchIndex.update(pool)
            let mark = MarkFile(path: MarkFile.path(ofDatabase: path), isSynced: synchronous == .full)
            let keeper = EpochKeeper(file: file, markFile: mark)
            epoch = try pool.writeWithoutTransaction { try keeper.start($0, fileToken: found.fileToken) }
            epochKeeper = keeper
        case .guest:
            epoch = try pool.read { try String.fetchOne($0, sql: "SELECT epoch FROM meta") ?? "" }
            epochKeeper = nil
        }
        commits = GroupCommit(pool: pool, groupSize: commitGroup, now: now) { [memberships, epochKeeper] events in
            memberships.forget(endedBy: events)
            if let last = events.last { epochKeeper?.markFile.note(last.position) }
            publish(events)
        }
        reads = SharedSnapshotReads(pool: pool, width: Self.readers)
        self.limits = limits
        self.retries = retries
        self.now = now
    }

    private static func open(_ path: String, _ synchronous: Synchronous) throws -> DatabasePool {
        try makePrivateFile(at: path)
        var configuration = Configuration()
        configuration.label = "snug"
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = readers
        // What a savepoint may have to take back is kept in memory; a group of writes would open a file for it.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA temp_store = MEMORY") }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets NORMAL when it turns WAL on, so this cannot be said in the configuration.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)") }
        return pool
    }

    /// The database holds password hashes and everything that was said; SQLite gives its other files the same mode.
    private static func makePrivateFile(at path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
    }

    /// Reads a consistent snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await reads.perform(body)
        } catch let error as DatabaseError {
            throw Refusal(error) ?? (error as any Error)
        }
    }

    /// Makes one change in one transaction: all of it is on the disk when the method returns, or nothing of it.
    @discardableResult
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await commits.perform(body)
        } catch let error as DatabaseError {
            throw Refusal(error) ?? (error as any Error)
        }
    }

    /// Whether the database itself is in trouble, as by an I/O error, so that no other change would fare better.
    package static func isAilment(_ error: any Error) -> Bool {
        (error as? DatabaseError).map { $0.resultCode != .SQLITE_CONSTRAINT } ?? false
    }

    /// Answers from a trivial query; throws when the database does not.
    package func ping() async throws {
        _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT 1") }
    }
}

extension Refusal {
    /// What SQLite's result means to who asked (https://www.sqlite.org/rescode.html); nil where only an operator can
    /// make something of it.
    fileprivate init?(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .storageFull
        case .SQLITE_IOERR: self = .storageTrouble(reason: error.description)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .overloaded(retryAfterSeconds: 1)
        default: return nil
        }
    }
}
