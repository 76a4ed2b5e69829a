import Foundation
import GRDB

extension SQLiteEngine {
    /// Time that reads and writes which run may take before they are interrupted, in seconds.
    private static let patience = 2.0
    /// Between two interruptions, in seconds.
    private static let interruptPause = 0.1

    /// Closes the database: writes that wait are made, reads and writes that come are refused, the log is written into
    /// the file and removed. Without effect on one that is closed.
    ///
    /// - Throws: `EngineError` when the log could not be written into the file. What was acknowledged is safe then too,
    ///   in the log.
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
                // A guest would hold up the server; where there is none, SQLite does it at the end.
                if epochKeeper != nil { try Self.fold(db) }
            }
        }
        interrupter.cancel()
        // Readers first: SQLite removes the log when the last connection goes, if that one may write.
        pool.invalidateReadOnlyConnections()
        try pool.close()
        epochKeeper?.markFile.close()
        try folded.get()
        if epochKeeper != nil { removeLog() }
    }

    /// A connection that another thread was still letting go of keeps the log's file, which is empty by now. The next
    /// connection that closes behind it takes the file away.
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

    /// Writes the log into the file and empties it.
    private static func fold(_ db: Database) throws {
        do {
            _ = try db.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            // The last interruption came a moment too late; a statement that begins clears it.
            try db.execute(sql: "SELECT 1")
            _ = try db.checkpoint(.truncate)
        }
    }
}
