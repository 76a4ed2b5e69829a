import Foundation
import GRDB

/// Keeps the promise of the epoch: every cursor with it was given out by this database, and everything up to the cursor
/// is in it.
///
/// Mark and database are compared at each start, and both get a new token. They are written in an order in which no
/// crash makes a database that was put back look like the one that was here:
///
/// 1. the mark, which still accepts the token that the database has, unless the database is to get a new epoch
/// 2. the database, with its new token and, where it is not the one that was here, a new epoch
/// 3. the log is written into the file, so that the file alone holds the new token
/// 4. the mark, which accepts only the new token
struct EpochKeeper: Sendable {
    /// What has just been written.
    enum Step { case mark, database, file }

    let file: DatabaseFile
    let markFile: MarkFile

    /// Compares and renews, without a transaction around it. Blocks.
    ///
    /// - Parameters:
    ///   - fileToken: The token that the file holds without its log; nil where that cannot be read.
    ///   - reached: Called behind each write; what it throws cuts the start off there.
    /// - Returns: The epoch.
    func start(_ db: Database, fileToken: String?, reached: (Step) throws -> Void = { _ in }) throws -> String {
        let found = try describe(db)
        let old = MarkFile.read(markFile.path)
        let fileTokens = fileToken.map { [$0] } ?? old?.fileTokens ?? []
        return try renew(
            db,
            found,
            fileTokens: fileTokens,
            keepsEpoch: old?.proves(found) ?? false,
            reached: reached
        )
    }

    /// Gives the running database a new token, so that a backup from before is recognised as one also when its log was
    /// left.
    func renew(_ db: Database) throws {
        let fileTokens = MarkFile.read(markFile.path)?.fileTokens ?? []
        _ = try renew(db, try describe(db), fileTokens: fileTokens, keepsEpoch: true)
    }

    private func renew(
        _ db: Database,
        _ found: DatabaseMark,
        fileTokens: [String],
        keepsEpoch: Bool,
        reached: (Step) throws -> Void = { _ in }
    ) throws -> String {
        let token = Self.makeToken()
        var mark = found
        mark.isProof = keepsEpoch
        mark.tokens += [token]
        mark.fileTokens = Array(Set(fileTokens + mark.tokens)).sorted()
        try markFile.write(mark)
        try reached(.mark)
        try db.inTransaction(.immediate) {
            try db.execute(sql: "UPDATE meta SET token = ?", arguments: [token])
            if !keepsEpoch { try db.execute(sql: "UPDATE meta SET epoch = lower(hex(randomblob(8)))") }
            return .commit
        }
        try reached(.database)
        // Without waiting for readers; where some are in the way, the file goes on without the token for a while.
        let log = try? db.checkpoint(.passive)
        try reached(.file)
        mark.isProof = true
        mark.tokens = [token]
        if let log, log.walFrameCount == log.checkpointedFrameCount { mark.fileTokens = [token] }
        try markFile.write(mark)
        return try String.fetchOne(db, sql: "SELECT epoch FROM meta") ?? ""
    }

    /// The database as it is now.
    private func describe(_ db: Database) throws -> DatabaseMark {
        guard let identity = file.identity else {
            throw DatabaseRefusal.mark(path: file.path, reason: "it has been removed")
        }
        let token = try String.fetchOne(db, sql: "SELECT token FROM meta") ?? ""
        return DatabaseMark(
            isProof: true,
            tokens: [token],
            fileTokens: [token],
            position: try db.logPosition(),
            database: identity,
            lock: file.lock
        )
    }

    private static func makeToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
