import Chat
import GRDB

extension DatabaseFile {
    /// Times that the comparison is repeated, because a server may renew its mark meanwhile.
    private static let comparisons = 3

    /// A mark that describes the database as it is now.
    ///
    /// - Throws: `DatabaseRefusal` if the file has been removed.
    func describe(_ db: Database) throws -> DatabaseMark {
        guard let identity else { throw DatabaseRefusal.mark(path: path, reason: "it has been removed") }
        let token = try String.fetchOne(db, sql: "SELECT token FROM meta") ?? ""
        return DatabaseMark(
            isProof: true,
            tokens: [token],
            fileTokens: [token],
            position: try db.logPosition(),
            database: identity,
            lock: lock
        )
    }

    /// Whether the database has been put back from a backup, or replaced, since its server last ran. The server gives it
    /// a new epoch at its next start.
    ///
    /// - Throws: A `DatabaseError` if the file cannot be read.
    func isUnknownToServer() throws -> Bool {
        for _ in 0..<Self.comparisons {
            // Read first, because the log only grows in the meantime.
            guard let mark = MarkFile.read(MarkFile.path(ofDatabase: path)) else { return true }
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            defer { try? queue.close() }
            if try queue.read({ db in !mark.rejects(try describe(db)) }) { return false }
        }
        return true
    }
}
