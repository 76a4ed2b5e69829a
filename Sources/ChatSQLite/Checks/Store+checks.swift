import Chat
import GRDB

/// Checks that only SQLite can make of its own files. None of them waits for the server; each holds one snapshot while
/// it runs, so that the write-ahead log grows by what is written meanwhile.
extension Store {
    /// Reads every page of the database and its archive (https://www.sqlite.org/pragma.html#pragma_integrity_check).
    ///
    /// - Parameters:
    ///   - isQuick: Leaves out whether the indexes agree with their tables.
    ///   - limit: Maximum number of findings in each file; at least 1.
    /// - Returns: None if both are intact.
    package func integrityFindings(isQuick: Bool, limit: Int) async throws -> [IntegrityFinding] {
        let files = [("main", Self.fileName), (ArchiveFile.schemaName, Self.archiveName)]
        var findings: [IntegrityFinding] = []
        for (schema, file) in files {
            let lines = try await integrityLines(of: schema, isQuick: isQuick, limit: limit)
            findings += lines.map { IntegrityFinding(file: file, line: $0) }
        }
        return findings
    }

    private func integrityLines(of schema: String, isQuick: Bool, limit: Int) async throws -> [String] {
        let pragma = "\(schema).\(isQuick ? "quick_check" : "integrity_check")"
        do {
            // On the connection that could write, which holds up no other process as long as it only reads: on a
            // read-only one SQLite does not know the constraints of the schema.
            let lines = try await sqlite.pool.writeWithoutTransaction { db in
                try String.fetchAll(db, sql: "PRAGMA \(pragma)(\(limit))")
            }
            return lines == ["ok"] ? [] : lines
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return [error.description]
        } catch {
            throw error.translated
        }
    }

    /// Rows that refer to a row that is not there, counted by the column that refers to it
    /// (https://www.sqlite.org/pragma.html#pragma_foreign_key_check). Reads every row of every table that refers to
    /// another.
    ///
    /// - Parameter tables: Tables that are left out.
    package func brokenForeignKeys(except tables: Set<String> = []) async throws -> [BrokenForeignKey] {
        do {
            return try await sqlite.pool.read { db in
                var counts: [ForeignKey: Int] = [:]
                let rows = try Row.fetchCursor(db, sql: "PRAGMA foreign_key_check")
                while let row = try rows.next() {
                    let key = ForeignKey(table: row["table"], number: row["fkid"])
                    if !tables.contains(key.table) { counts[key, default: 0] += 1 }
                }
                return try counts.compactMap { try BrokenForeignKey($0.key, count: $0.value, db) }
                    .sorted { ($0.table, $0.column) < ($1.table, $1.column) }
            }
        } catch {
            throw error.translated
        }
    }

    /// Does with rows that refer to nothing what the schema says should have happened when the other row was removed:
    /// removes them, or sets the reference to null. Reads the whole table in one transaction.
    ///
    /// - Returns: The number of rows; 0 if the schema forbids the removal instead.
    package func repair(_ broken: BrokenForeignKey) async throws -> Int {
        guard let change = broken.change else { return 0 }
        do {
            return try await sqlite.pool.write { db in
                try db.execute(sql: change)
                return db.changesCount
            }
        } catch {
            throw error.translated
        }
    }

    /// Why the archive does not belong to the database, or lacks what the database has moved into it; nil if neither is
    /// so. It was right when the store was opened.
    package func archiveRefusal() async throws -> DatabaseRefusal? {
        let path = ArchiveFile(besideDatabase: sqlite.pool.path, lockPath: nil).path
        do {
            return try await sqlite.pool.read { db in
                // The database first, because the archive can only be newer.
                let database = try ArchiveState(ofDatabase: db)
                let archive = try ArchiveState(ofArchive: db) ?? ArchiveState()
                return archive.refusal(for: database, path: path)
            }
        } catch {
            throw error.translated
        }
    }

    /// The space that the database takes, without the archive.
    package func databaseSize() async throws -> DatabaseSize { try await size(of: "main") }

    /// The space that the archive takes.
    package func archiveSize() async throws -> DatabaseSize { try await size(of: ArchiveFile.schemaName) }

    private func size(of schema: String) async throws -> DatabaseSize {
        do {
            return try await sqlite.pool.read { db in
                DatabaseSize(
                    pageByteCount: try Int.fetchOne(db, sql: "PRAGMA \(schema).page_size") ?? 0,
                    pageCount: try Int.fetchOne(db, sql: "PRAGMA \(schema).page_count") ?? 0,
                    freePageCount: try Int.fetchOne(db, sql: "PRAGMA \(schema).freelist_count") ?? 0
                )
            }
        } catch {
            throw error.translated
        }
    }

    private var sqlite: SQLiteEngine {
        guard let engine = engine as? SQLiteEngine else { preconditionFailure("the store is not on SQLite") }
        return engine
    }
}

/// Something that SQLite finds wrong with a file.
package struct IntegrityFinding: Sendable, Equatable {
    /// Name of the file in the storage folder.
    package let file: String
    /// In SQLite's words.
    package let line: String
}

/// The space that a database takes in its file, without its write-ahead log.
package struct DatabaseSize: Sendable, Equatable {
    package let pageByteCount: Int
    /// Free pages included.
    package let pageCount: Int
    /// Pages that hold nothing, and that new rows use before the file grows.
    package let freePageCount: Int

    package var byteCount: Int { pageCount * pageByteCount }
    package var freeByteCount: Int { freePageCount * pageByteCount }
}

private struct ForeignKey: Hashable {
    let table: String
    /// Among those of its table.
    let number: Int
}

/// References of a column to rows that are not there.
package struct BrokenForeignKey: Sendable, Equatable {
    /// What the schema says should happen to a row when the row that it refers to is removed.
    package enum Rule: String, Sendable {
        case remove = "CASCADE"
        case setNull = "SET NULL"
    }

    package let table: String
    package let column: String
    /// The table that it refers to.
    package let parent: String
    fileprivate let parentColumn: String
    /// Nil if the other row must not be removed.
    package let rule: Rule?
    package let count: Int

    fileprivate init?(_ key: ForeignKey, count: Int, _ db: Database) throws {
        let columns = try Row.fetchAll(db, sql: "PRAGMA foreign_key_list(\(key.table.quotedDatabaseIdentifier))")
            .filter { $0["id"] == key.number }
        // No foreign key of the schema has more than one column.
        guard let row = columns.first else { return nil }
        (table, column, parent) = (key.table, row["from"], row["table"])
        parentColumn = row["to"] as String? ?? "id"
        rule = Rule(rawValue: row["on_delete"])
        self.count = count
    }

    fileprivate var change: String? {
        let (table, column) = (table.quotedDatabaseIdentifier, column.quotedDatabaseIdentifier)
        let (parent, parentColumn) = (parent.quotedDatabaseIdentifier, parentColumn.quotedDatabaseIdentifier)
        let isBroken = """
            \(table).\(column) IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM \(parent) AS parent WHERE parent.\(parentColumn) = \(table).\(column))
            """
        return switch rule {
        case .remove: "DELETE FROM \(table) WHERE \(isBroken)"
        case .setNull: "UPDATE \(table) SET \(column) = NULL WHERE \(isBroken)"
        case nil: nil
        }
    }
}
