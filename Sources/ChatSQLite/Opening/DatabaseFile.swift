import Chat
import Foundation
import GRDB

/// A database file that has not been opened yet. Nothing here changes a byte of it.
struct DatabaseFile {
    let path: String
    /// A file that nobody writes to, beside the database; nil where there is none.
    let lockPath: String?

    /// Bytes before the first frame of a log (https://www.sqlite.org/fileformat2.html#walformat).
    private static let logHeaderLength = 32
    /// A server that renews its mark meanwhile may make file and mark look as if they differed.
    private static let attempts = 3

    var logPath: String { path + "-wal" }
    var identity: FileIdentity? { FileIdentity(of: path) }
    var lock: FileIdentity? { lockPath.flatMap { FileIdentity(of: $0) } }

    /// Looks into the file, and refuses what must not be opened.
    ///
    /// - Throws: `DatabaseRefusal`, or a `DatabaseError` for a file that is no database.
    func inspect() throws -> DatabaseInspection {
        guard byteCount(path) > 0 else { return DatabaseInspection() }
        let hasLog = byteCount(logPath) > 0
        // First: read through a log that is not its own, the file may look as if it were damaged.
        let fileToken = try hasLog ? checkLog() : nil
        var found = try read(withoutLog: !hasLog)
        if hasLog { found.fileToken = fileToken }
        let steps = found.steps.subtracting(Schema.migrator.migrations)
        guard steps.isEmpty else { throw DatabaseRefusal.newer(path: path, steps: steps.sorted()) }
        return found
    }

    /// Refuses a log that was written for another state of the file.
    ///
    /// - Returns: The token that the file holds without its log. A file in the middle of a checkpoint may be unreadable
    ///   without it, and says nothing then.
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

    /// A backup of the same run, put back beside the log, has the tokens that are expected, and yet the log would spoil it.
    /// After an end without a stop, every page is looked at (https://www.sqlite.org/pragma.html#pragma_quick_check).
    ///
    /// For a guest beside a running server, whose log is always there, nothing is read.
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

    /// Whether a process holds the lock (proc_locks(5)): a server at work. The file is not opened, because closing it would
    /// end the lock of a server in this process (fcntl(2), record locks).
    var isServed: Bool {
        guard let lock, let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else { return false }
        return locks.split(whereSeparator: \.isWhitespace).contains { $0.hasSuffix(":\(lock.inode)") }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Reads what the file holds, with its log or as if there were none.
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
            }
            return found
        }
    }

    /// SQLite then makes no files beside it and reads no log (https://www.sqlite.org/uri.html#uriimmutable).
    private var immutableAddress: String {
        let kept = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%;"))
        let absolute = URL(fileURLWithPath: path).path
        return "file:\(absolute.addingPercentEncoding(withAllowedCharacters: kept) ?? absolute)?immutable=1"
    }

    private func byteCount(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}

/// What a look into a database file found.
package struct DatabaseInspection: Sendable, Equatable {
    /// There is no database yet.
    package var isNew = true
    /// Somebody has an account in it, and may have files elsewhere.
    package var hasPeople = false
    /// Migrations that it has been through.
    var steps: Set<String> = []
    /// Whether it has been through all migrations that there are.
    var isUpToDate: Bool { !isNew && steps.isSuperset(of: Schema.migrator.migrations) }
    /// What the file holds without its log: empty from before tokens, nil where it cannot be read.
    var fileToken: String? = ""
}
