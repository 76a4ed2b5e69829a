import Chat
import Foundation
import GRDB

/// A database file that has not been opened yet. Nothing in this type changes the file.
struct DatabaseFile {
    let path: String
    /// A file beside the database that is never written to; nil if there is none.
    let lockPath: String?

    /// Bytes before the first frame of a log (https://www.sqlite.org/fileformat2.html#walformat).
    private static let logHeaderLength = 32
    /// More than one, because file and mark may seem to differ while a server renews its mark.
    private static let attempts = 3

    var logPath: String { path + "-wal" }
    var identity: FileIdentity? { FileIdentity(of: path) }
    var lock: FileIdentity? { lockPath.flatMap { FileIdentity(of: $0) } }

    /// Inspects the file, and refuses a database that must not be opened.
    ///
    /// - Throws: `DatabaseRefusal`, or a `DatabaseError` if the file is not a database.
    func inspect() throws -> DatabaseInspection {
        guard byteCount(path) > 0 else { return DatabaseInspection() }
        let hasLog = byteCount(logPath) > 0
        // Checked first, because the file may look damaged when it is read with a log that is not its own.
        let fileToken = try hasLog ? checkLog() : nil
        var found = try read(withoutLog: !hasLog)
        if hasLog { found.fileToken = fileToken }
        let steps = found.steps.subtracting(Schema.migrator.migrations)
        guard steps.isEmpty else { throw DatabaseRefusal.newer(path: path, steps: steps.sorted()) }
        return found
    }

    /// Refuses a log that was written for another state of the file.
    ///
    /// - Returns: The token in the file without its log; nil if the file cannot be read without it, as in the middle of
    ///   a checkpoint.
    private func checkLog() throws -> String? {
        for _ in 0..<Self.attempts {
            let token = (try? read(withoutLog: true))?.fileToken
            guard byteCount(logPath) > Self.logHeaderLength, let identity,
                let mark = MarkFile.read(MarkFile.path(ofDatabase: path)),
                mark.rejectsLog(token: token, database: identity, lock: lock)
            else { return token }
        }
        throw DatabaseRefusal.foreignLog(path: path)
    }

    /// Checks every page if the database was not closed properly
    /// (https://www.sqlite.org/pragma.html#pragma_quick_check). A backup from the same run, restored beside the log,
    /// has the expected tokens, and yet the log would corrupt it.
    ///
    /// Reads nothing for a guest beside a running server, which always has a log.
    ///
    /// - Throws: `DatabaseRefusal`.
    func checkPages(as role: Store.Role) throws {
        guard byteCount(logPath) > 0, role == .server || !isServed else { return }
        let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
        defer { try? queue.close() }
        do {
            let finding = try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard finding == "ok" else { throw DatabaseRefusal.damaged(path: path) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            throw DatabaseRefusal.damaged(path: path)
        }
    }

    /// Whether a running server holds the lock (proc_locks(5)). The file is not opened, because closing it would
    /// release the lock of a server in this process (fcntl(2), record locks).
    var isServed: Bool {
        guard let lock, let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else { return false }
        return locks.split(whereSeparator: \.isWhitespace).contains { $0.hasSuffix(":\(lock.inode)") }
    }

    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Reads the database, with its log or as if there were none.
    func read(withoutLog: Bool) throws -> DatabaseInspection {
        let address = withoutLog ? immutableAddress : path
        let queue = try DatabaseQueue(path: address, configuration: Self.configuration)
        defer { try? queue.close() }
        return try queue.read { db in
            var found = DatabaseInspection()
            found.isNew = false
            found.steps = try Schema.migrator.appliedIdentifiers(db)
            if try db.tableExists("users") {
                found.hasPeople = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM users)") ?? false
            }
            if try db.tableExists("meta") {
                let hasToken = try db.columns(in: "meta").contains { $0.name == "token" }
                found.fileToken = hasToken ? try String.fetchOne(db, sql: "SELECT token FROM meta") ?? "" : ""
                found.archive = try ArchiveState(ofDatabase: db)
            }
            return found
        }
    }

    /// With this address, SQLite creates no files beside the database and reads no log
    /// (https://www.sqlite.org/uri.html#uriimmutable).
    var immutableAddress: String {
        let kept = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%;"))
        let absolute = URL(fileURLWithPath: path).path
        return "file:\(absolute.addingPercentEncoding(withAllowedCharacters: kept) ?? absolute)?immutable=1"
    }

    /// Creates an empty file that only its owner may read, unless there is one: it will hold password hashes and
    /// messages. SQLite gives its other files the same mode.
    static func makePrivate(at path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
    }

    private func byteCount(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}

/// The result of inspecting a database file.
package struct DatabaseInspection: Sendable, Equatable {
    /// Whether there is no database yet.
    package var isNew = true
    /// Whether somebody has an account in it, and so may have files elsewhere.
    package var hasPeople = false
    /// Migrations that have been applied.
    var steps: Set<String> = []
    /// Whether all migrations of this release have been applied.
    var isUpToDate: Bool { !isNew && steps.isSuperset(of: Schema.migrator.migrations) }
    /// The token in the file without its log: empty if the database is older than tokens, nil if it cannot be read.
    var fileToken: String? = ""
    /// The archive that it needs.
    var archive = ArchiveState()
}
