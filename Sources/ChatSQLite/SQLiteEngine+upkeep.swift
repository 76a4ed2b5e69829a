import Chat
import GRDB

/// Upkeep of the database and its archive, which the janitor runs beside a server when there is little to do.
extension SQLiteEngine {
    private static let schemas = ["main", ArchiveFile.schemaName]
    /// Unused pages that stay in each file for the next rows. With 4,096 bytes a page: 4 MB.
    private static let keptPages = 1000
    /// Time to wait for others that use the log, in milliseconds. Writers wait meanwhile.
    private static let logPatience = 100
    /// Rows of an index that `ANALYZE` reads (https://www.sqlite.org/pragma.html#pragma_analysis_limit).
    private static let analyzedRows = 400
    /// Value of `PRAGMA auto_vacuum` with which single pages can be returned.
    private static let incremental = 2

    func reclaimableBytes() async throws -> Int {
        do {
            return try await pool.read { db in
                try Self.schemas.reduce(0) { $0 + (try Self.reclaimablePages(db, $1) * Self.pageSize(db, $1)) }
            }
        } catch {
            throw error.translated
        }
    }

    /// A file shrinks when the log is checkpointed.
    func reclaimSpace(limit: Int) async throws -> Int {
        do {
            return try await pool.writeWithoutTransaction { db in
                for schema in Self.schemas {
                    let size = try Self.pageSize(db, schema)
                    let pages = min(try Self.reclaimablePages(db, schema), max(1, limit / size))
                    guard pages > 0 else { continue }
                    // Each step of the statement returns one page.
                    _ = try Row.fetchAll(db, sql: "PRAGMA \(schema).incremental_vacuum(\(pages))")
                    return pages * size
                }
                return 0
            }
        } catch {
            throw error.translated
        }
    }

    func tidy() async throws {
        let patience = OpenDatabase.busyTimeoutMilliseconds
        do {
            try await pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA analysis_limit = \(Self.analyzedRows)")
                for schema in Self.schemas {
                    // 0x10000 also considers tables that this connection has not queried, where SQLite knows it (3.46).
                    _ = try Row.fetchAll(db, sql: "PRAGMA \(schema).optimize(0x10002)")
                    _ = try db.checkpoint(.passive, on: schema)
                }
                defer { try? db.execute(sql: "PRAGMA busy_timeout = \(patience)") }
                try db.execute(sql: "PRAGMA busy_timeout = \(Self.logPatience)")
                for schema in Self.schemas {
                    do {
                        _ = try db.checkpoint(.truncate, on: schema)
                    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                        // The next run finds a moment in which nobody reads.
                    }
                }
            }
        } catch {
            throw error.translated
        }
    }

    /// Zero for a database without a pointer map, which older versions created
    /// (https://www.sqlite.org/pragma.html#pragma_auto_vacuum).
    private static func reclaimablePages(_ db: Database, _ schema: String) throws -> Int {
        guard try Int.fetchOne(db, sql: "PRAGMA \(schema).auto_vacuum") == incremental else { return 0 }
        return max(0, (try Int.fetchOne(db, sql: "PRAGMA \(schema).freelist_count") ?? 0) - keptPages)
    }

    private static func pageSize(_ db: Database, _ schema: String) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA \(schema).page_size") ?? 4096
    }
}
