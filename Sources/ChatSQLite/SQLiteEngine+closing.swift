import Foundation
import GRDB

extension SQLiteEngine {
    /// Time that running reads and writes may take before they are interrupted, in seconds.
    private static let patience = 2.0
    /// Time between two interruptions, in seconds.
    private static let interruptPause = 0.1

    /// Closes the database: waiting writes are made, new reads and writes are refused, and the log is checkpointed into
    /// the file and removed. Closing it again has no effect.
    ///
    /// - Throws: `EngineError` if the log could not be checkpointed. Acknowledged changes are safe even then, in the
    ///   log.
    func close() async throws {
        guard commits.close() else { return }
        reads.close()
        try await withCheckedThrowingContinuation { (closed: CheckedContinuation<Void, any Error>) in
            // Waits for other threads and for the disk.
            DispatchQueue.global().async {
                closed.resume(with: Result { try translatingErrors(closeConnections) })
            }
        }
    }

    private func closeConnections() throws {
        let epochKeeper = database.epochKeeper
        let interrupter = DispatchSource.makeTimerSource()
        interrupter.schedule(deadline: .now() + Self.patience, repeating: Self.interruptPause)
        interrupter.setEventHandler { [pool] in pool.interrupt() }
        interrupter.resume()
        let folded = Result {
            // Waits for all reads and writes.
            try pool.barrierWriteWithoutTransaction { db in
                interrupter.cancel()
                // A guest would hold up the server; if there is no server, SQLite does it when the last connection
                // closes.
                if epochKeeper != nil { try Self.fold(db) }
                // The log of the archive is rarely written. Left in place, it would make the server check every page of
                // the archive after a crash.
                _ = try? db.checkpoint(.truncate, on: ArchiveFile.schemaName)
            }
        }
        interrupter.cancel()
        // Readers first: SQLite removes the log when the last connection closes, if that connection can write.
        pool.invalidateReadOnlyConnections()
        try pool.close()
        epochKeeper?.markFile.close()
        try folded.get()
        if epochKeeper != nil { removeLog() }
    }

    /// If another thread was still releasing a connection, the log remains as an empty file. It is removed when a
    /// connection that was opened later closes.
    private func removeLog() {
        let end = ContinuousClock.now + .seconds(Self.patience)
        while FileManager.default.fileExists(atPath: pool.path + "-wal"), ContinuousClock.now < end {
            if let last = try? DatabaseQueue(path: pool.path) {
                _ = try? last.read { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
                try? last.close()
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Checkpoints the log into the file and truncates it.
    private static func fold(_ db: Database) throws {
        do {
            _ = try db.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            // The last interruption came a moment too late; starting another statement clears it.
            try db.execute(sql: "SELECT 1")
            _ = try db.checkpoint(.truncate)
        }
    }
}
