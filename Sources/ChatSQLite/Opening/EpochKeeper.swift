import Foundation
import GRDB

/// Guarantees what the epoch stands for: every cursor with the epoch was issued by this database, which contains
/// everything up to the cursor.
///
/// At each start the mark and the database are compared, and both get a new token. They are written in an order in
/// which no crash can make a restored database look like the previous one:
///
/// 1. the mark, which still accepts the database's current token, unless the database is to get a new epoch
/// 2. the database, with its new token and, if it is not the previous one, a new epoch
/// 3. the database file, by a checkpoint, so that it has the new token even without its log
/// 4. the mark, which accepts only the new token
struct EpochKeeper: Sendable {
    /// What has just been written.
    enum Step { case mark, database, file }

    let file: DatabaseFile
    let markFile: MarkFile

    /// Compares the mark with the database and renews the token. Must not be called in a transaction. Blocks.
    ///
    /// - Parameters:
    ///   - fileToken: The token in the file without its log; nil if it cannot be read.
    ///   - reached: Called after each write; an error that it throws ends the start at that point.
    /// - Returns: The epoch.
    func start(_ db: Database, fileToken: String?, reached: (Step) throws -> Void = { _ in }) throws -> String {
        let found = try file.describe(db)
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

    /// Gives the running database a new token, so that an older backup is recognised even if the log was left beside
    /// it.
    func renew(_ db: Database) throws {
        let fileTokens = MarkFile.read(markFile.path)?.fileTokens ?? []
        _ = try renew(db, try file.describe(db), fileTokens: fileTokens, keepsEpoch: true)
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
        // Does not wait for readers; if they are in the way, the file lacks the token for a while.
        let log = try? db.checkpoint(.passive)
        try reached(.file)
        mark.isProof = true
        mark.tokens = [token]
        if let log, log.walFrameCount == log.checkpointedFrameCount { mark.fileTokens = [token] }
        try markFile.write(mark)
        return try String.fetchOne(db, sql: "SELECT epoch FROM meta") ?? ""
    }

    private static func makeToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
