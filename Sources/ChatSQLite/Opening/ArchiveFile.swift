import Chat
import Foundation
import GRDB

/// Which archive belongs to a database, as either of the two states it.
struct ArchiveState: Equatable, Sendable {
    /// Random; empty in a database that has not been opened with an archive.
    var id = ""
    /// In the archive, the number of the newest batch that was copied into it; in the database, of the newest that was
    /// removed from `messages`. 0 before the first.
    var generation: Int64 = 0

    /// Whether the archive with this state has all messages that a database has archived. An archive that is newer than
    /// the database has them as well.
    func serves(_ database: ArchiveState) -> Bool {
        generation == 0 && database.generation == 0 || id == database.id && generation >= database.generation
    }

    /// Why the archive with this state does not serve a database; nil if it does.
    ///
    /// - Parameter path: Of the archive.
    func refusal(for database: ArchiveState, path: String) -> DatabaseRefusal? {
        guard !serves(database) else { return nil }
        return id == database.id ? .olderArchive(path: path) : .foreignArchive(path: path)
    }
}

extension ArchiveState {
    /// What the database states; empty before the migration that adds it.
    init(ofDatabase db: Database) throws {
        self.init()
        guard try db.columns(in: "meta").contains(where: { $0.name == "archive_id" }) else { return }
        let row = try Row.fetchOne(db, sql: "SELECT archive_id, archive_generation FROM meta")
        if let row { (id, generation) = (row[0], row[1]) }
    }

    /// What the archive states: on a connection to it, or to a database to which it is attached. Nil without a state.
    init?(ofArchive db: Database) throws {
        guard let row = try Row.fetchOne(db, sql: "SELECT archive_id, generation FROM archive_state") else {
            return nil
        }
        self.init(id: row[0], generation: row[1])
    }
}

/// The database of old messages, which every connection attaches as `archive`. Its tables are named without a schema in
/// all SQL.
struct ArchiveFile: Sendable {
    /// In the folder of the database.
    static let name = "archive.sqlite"
    /// By which its tables can be told from those of the database where that matters.
    static let schemaName = "archive"
    /// Stored as `user_version`.
    private static let version = 1

    let path: String
    private let lockPath: String?

    /// - Parameter lockPath: As for the database.
    init(besideDatabase path: String, lockPath: String?) {
        self.path = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(Self.name).path
        self.lockPath = lockPath
    }

    /// Checks that the archive belongs to the database. A server creates it if nothing has been archived. Blocks.
    ///
    /// - Parameter database: What the database states.
    /// - Throws: `DatabaseRefusal`.
    func prepare(for database: ArchiveState, as role: Store.Role) throws {
        if !isMissing { try DatabaseFile(path: path, lockPath: lockPath).checkPages(as: role) }
        if try isMissing || isUnfinished() {
            guard role == .server, database.generation == 0 else { throw DatabaseRefusal.noArchive(path: path) }
            try create()
        }
        if let refusal = try refusal(for: database) { throw refusal }
    }

    /// Whether there is no archive. A file that a killed server was creating is empty.
    var isMissing: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return ((attributes?[.size] as? NSNumber)?.intValue ?? 0) == 0
    }

    /// Whether the archive has no tables yet, because the server was killed between the two writes of its creation.
    private func isUnfinished() throws -> Bool {
        try withQueue(path, Self.configuration) { queue in
            try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") == 0 }
        }
    }

    /// Why the archive, which must exist, does not serve a database; nil if it does. Changes nothing. Blocks.
    ///
    /// - Parameter isInUse: Whether programs may be using it; if not, it is read without a log.
    func refusal(for database: ArchiveState, isInUse: Bool = true) throws -> DatabaseRefusal? {
        guard let state = try read(isInUse: isInUse) else { return .newerArchive(path: path) }
        return state.refusal(for: database, path: path)
    }

    /// Written with a full sync whatever the setting: what is copied into it is then deleted from the database.
    func attach(to db: Database) throws {
        try db.execute(sql: "ATTACH DATABASE ? AS \(Self.schemaName)", arguments: [path])
        try db.execute(sql: "PRAGMA \(Self.schemaName).synchronous = FULL")
    }

    /// Records in the database which archive belongs to it, once.
    static func bind(_ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE meta SET archive_id = (SELECT archive_id FROM archive_state)
                WHERE archive_id <> (SELECT archive_id FROM archive_state)
                """
        )
    }

    /// The mode of the file, and then all tables in one transaction. Continues where a killed server stopped.
    private func create() throws {
        try DatabaseFile.makePrivate(at: path)
        try withQueue(path, Self.configuration) { queue in
            try queue.writeWithoutTransaction { db in
                // As in the database: possible only before the first page is written.
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                try db.execute(sql: "PRAGMA journal_mode = WAL")
            }
            try queue.write { try $0.execute(sql: Self.schema) }
        }
    }

    /// Nil for an archive of a newer release.
    private func read(isInUse: Bool) throws -> ArchiveState? {
        let copy = DatabaseFile(path: path, lockPath: nil).immutableAddress
        return try withQueue(
            isInUse ? path : copy,
            isInUse ? Self.configuration : DatabaseFile.configuration
        ) { queue in
            try queue.read { db in
                guard try Int.fetchOne(db, sql: "PRAGMA user_version") == Self.version else { return nil }
                return try ArchiveState(ofArchive: db)
            }
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        return configuration
    }

    private func withQueue<Value>(
        _ address: String,
        _ configuration: Configuration,
        _ body: (DatabaseQueue) throws -> Value
    ) throws -> Value {
        let queue = try DatabaseQueue(path: address, configuration: configuration)
        defer { try? queue.close() }
        return try body(queue)
    }

    /// Senders are not checked by a foreign key, which cannot reach into the database.
    private static let schema = """
        CREATE TABLE archive_state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            archive_id TEXT NOT NULL CHECK (length(archive_id) >= 16),
            generation INTEGER NOT NULL CHECK (generation >= 0)
        ) STRICT;
        INSERT INTO archive_state (id, archive_id, generation) VALUES (1, lower(hex(randomblob(16))), 0);

        CREATE TABLE archived_messages (
            position INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            room_id BLOB NOT NULL CHECK (length(room_id) = 16),
            seq INTEGER NOT NULL,
            sender_id BLOB NOT NULL CHECK (length(sender_id) = 16),
            body TEXT NOT NULL,
            attachment_count INTEGER NOT NULL,
            reply_to BLOB,
            client_message_id BLOB,
            created_at INTEGER NOT NULL,
            edited_at INTEGER,
            deleted_at INTEGER,
            changed_seq INTEGER NOT NULL,
            UNIQUE (room_id, seq)
        ) STRICT;

        PRAGMA user_version = \(version);
        """
}
