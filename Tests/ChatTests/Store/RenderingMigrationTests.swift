import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite

/// Migrates a database that a release wrote before renderings had a table; `Databases/README.md` describes it.
@Suite("Renderings of an older database", .timeLimit(.standard))
struct RenderingMigrationTests {
    /// A row of `attachments` as the release wrote it.
    private struct OldAttachment {
        let id: Attachment.ID
        let name: String
        private let values: [String: DatabaseValue]

        init(row: Row) {
            (id, name, values) = (row["id"], row["filename"], Dictionary(uniqueKeysWithValues: row))
        }

        subscript<Value: DatabaseValueConvertible>(column: String) -> Value? {
            values[column].flatMap { Value.fromDatabaseValue($0) }
        }
    }

    /// The expected states by file name. Plain files and incomplete uploads are left out: they have no rendering.
    private static let states: [String: Rendering.State] = [
        "finished-avatar.jpg": .finished, "finished.webp": .finished, "finished-damaged.jpg": .finished,
        "finished-deleted.png": .finished, "finished-crashed.png": .finished,
        "over-limit.png": .failed, "failed-at-upload.jpg": .failed, "failed.jpg": .failed, "failed-copy.jpg": .failed,
        "failed-deleted.jpg": .failed, "quarantined.jpg": .failed, "quarantined-copy.jpg": .failed,
        "retry-later.jpg": .scheduled, "retry-running.jpg": .running, "running.jpg": .running,
        "retry-deleted.jpg": .cancelled, "running-deleted.jpg": .cancelled, "waiting-deleted.png": .cancelled,
        "waiting-crashed.jpg": .waiting, "waiting-ada-1.jpg": .waiting, "waiting-ada-2.jpg": .waiting,
        "waiting-ada-3.png": .waiting, "waiting-bob-large.png": .waiting, "waiting-bob-small.gif": .waiting,
    ]
    /// The expected crash counts above zero.
    private static let crashes = [
        "finished-crashed.png": 1, "waiting-crashed.jpg": 1, "quarantined.jpg": 2,
    ]

    /// Runs `body` with the path of a database to migrate, a second copy of it that stays old, and its attachments.
    private func withOldDatabase(_ body: (String, DatabaseQueue, [OldAttachment]) async throws -> Void) async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Databases/0011.sqlite").path
        try await withFolder { folder in
            for copy in ["snug.sqlite", "old.sqlite"] {
                try FileManager.default.copyItem(atPath: file, toPath: "\(folder)/\(copy)")
            }
            let old = try DatabaseQueue(path: "\(folder)/old.sqlite")
            let rows = try await old.read { db in
                try Row.fetchAll(db, sql: "SELECT * FROM attachments ORDER BY id").map(OldAttachment.init)
            }
            let steps = try await old.read { try Schema.migrator.appliedIdentifiers($0) }
            #expect(steps.max() == "0011")
            try await body("\(folder)/snug.sqlite", old, rows)
            try old.close()
        }
    }

    private func renderings(_ store: Store) async throws -> [Attachment.ID: Rendering] {
        try await store.read { db in
            let ids = try db.values(Attachment.ID.self, "SELECT attachment_id FROM renderings")
            return try ids.reduce(into: [:]) { $0[$1] = try db.rendering(of: $1) }
        }
    }

    @Test("Every picture has a rendering in its old state, and plain files have none")
    func states() async throws {
        try await withOldDatabase { path, _, old in
            let renderings = try await renderings(try Store(path: path))
            #expect(renderings.count == Self.states.count)
            #expect(Set(old.map(\.name)).isSuperset(of: ["file.txt", "file-deleted.txt", ""] + Self.states.keys))
            for attachment in old {
                let rendering = renderings[attachment.id]
                #expect(rendering?.state == Self.states[attachment.name], "\(attachment.name)")
                #expect(rendering?.crashCount ?? 0 == Self.crashes[attachment.name] ?? 0, "\(attachment.name)")
            }
        }
    }

    @Test("Each rendering has the values of its attachment")
    func values() async throws {
        try await withOldDatabase { path, _, old in
            let renderings = try await renderings(try Store(path: path))
            for attachment in old {
                guard let rendering = renderings[attachment.id] else { continue }
                #expect(rendering.ownerID == attachment["owner_id"])
                #expect(rendering.sha256 == attachment["sha256"])
                #expect(rendering.cost == attachment["render_cost"])
                #expect(rendering.queuePriority == attachment["turn_at"])
                #expect(rendering.retryCount == attachment["retries"])
                #expect(rendering.crashCount == attachment["deaths"])
                #expect(rendering.failure?.code == attachment["failure_code"])
                #expect(rendering.failure?.detail == attachment["failure_detail"])
                #expect(rendering.failure?.retryAt == (rendering.state == .cancelled ? nil : attachment["retry_at"]))
                #expect(rendering.contentFailedAt == attachment["rejected_at"])
            }
            #expect(renderings.values.contains { $0.failure?.retryAt != nil && $0.state == .running })
            #expect(renderings.values.contains { $0.contentFailedAt != nil && $0.retryCount == 0 })
            #expect(renderings.values.contains { $0.retryCount == 2 })
        }
    }

    @Test("Attachments keep all other columns; variants, avatars, sums and messages do not change")
    func rest() async throws {
        let kept = """
            SELECT id, owner_id, kind, filename, media_type, byte_count, sha256, width, height, is_animated, has_hdr,
                removed_metadata, is_damaged, placeholder, animation_width, animation_height, animation_byte_count,
                created_at, attached_at, deleted_at, room_id, message_id, ordinal, state = 'receiving'
            FROM attachments ORDER BY id
            """
        let others = [
            "SELECT * FROM variants ORDER BY attachment_id, size", "SELECT * FROM stored_bytes ORDER BY user_id",
            "SELECT id, avatar_id FROM users ORDER BY id", "SELECT * FROM messages ORDER BY position",
        ]
        try await withOldDatabase { path, old, _ in
            let store = try Store(path: path)
            for sql in [kept] + others {
                let before = try await old.read { try Self.values($0, sql) }
                let after = try await store.pool.read { try Self.values($0, sql) }
                #expect(after == before)
                #expect(!before.isEmpty)
            }
        }
    }

    private static func values(_ db: Database, _ sql: String) throws -> [[DatabaseValue]] {
        try Row.fetchAll(db, sql: sql).map { Array($0.databaseValues) }
    }

    @Test("Pages and foreign keys are intact, and the schema is that of a new database")
    func soundness() async throws {
        let schema = "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"
        try await withOldDatabase { path, _, _ in
            let store = try Store(path: path)
            let (pages, references, migrated) = try await store.pool.read { db in
                (
                    try String.fetchAll(db, sql: "PRAGMA integrity_check"),
                    try Self.values(db, "PRAGMA foreign_key_check"),
                    try String.fetchAll(db, sql: schema)
                )
            }
            #expect(pages == ["ok"])
            #expect(references.isEmpty)
            try await withChat { chat in
                let new = try await chat.store.pool.read { try String.fetchAll($0, sql: schema) }
                #expect(migrated == new)
            }
        }
    }

    /// The order in which the release renders after a start, by its own statements.
    private func oldOrder(_ db: Database, at now: Timestamp) throws -> [Attachment.ID] {
        try db.execute(
            sql: """
                UPDATE attachments SET deaths = deaths + 1, attempts = deaths + 1
                WHERE attempts > deaths AND deleted_at IS NULL
                """
        )
        let waiting = """
            SELECT id FROM attachments WHERE state = 'processing' AND deleted_at IS NULL AND attempts = deaths
            ORDER BY attempts, turn_at LIMIT 1
            """
        let retry = """
            SELECT id FROM attachments WHERE retry_at <= ? AND deleted_at IS NULL AND attempts = deaths
            ORDER BY retry_at LIMIT 1
            """
        var order: [Attachment.ID] = []
        while let next = try Attachment.ID.fetchOne(db, sql: waiting)
            ?? Attachment.ID.fetchOne(db, sql: retry, arguments: [now])
        {
            order.append(next)
            try db.execute(
                sql: """
                    UPDATE attachments SET state = 'ready', failure_code = NULL, failure_detail = NULL, retry_at = NULL,
                        attempts = deaths
                    WHERE id = ?
                    """,
                arguments: [next]
            )
        }
        return order
    }

    @Test("I1: the queue hands out the same pictures in the same order as before")
    func order() async throws {
        try await withOldDatabase { path, old, rows in
            let retryTimes: [Timestamp] = rows.compactMap { $0["retry_at"] }
            let last = try #require(retryTimes.max())
            let before = try await old.write { try oldOrder($0, at: last) }
            let store = try Store(path: path, now: { last })
            for id in try await store.renderings.interrupted() {
                #expect(try await store.renderings.recordFailure(id, .interrupted) == .again)
            }
            var order: [Attachment.ID] = []
            while let task = try await store.renderings.next() {
                order.append(task.id)
                #expect(try await store.renderings.finish(task.id, variants: [.sample]) != nil)
            }
            #expect(order == before)
            // Six waiting pictures, one that was running, and two retries.
            #expect(order.count == 9)
            let names = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.name) })
            #expect(order.suffix(2).compactMap { names[$0] } == ["retry-running.jpg", "retry-later.jpg"])
        }
    }

    @Test("I8: attempts that ran at a kill count as crashes, and known failures stay known")
    func failures() async throws {
        try await withOldDatabase { path, _, rows in
            let byName = Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
            let failedAt: Timestamp = try #require(byName["quarantined.jpg"]?["rejected_at"])
            let store = try Store(path: path, now: { failedAt + .seconds(1000) })
            let interrupted = try await store.renderings.interrupted()
            #expect(Set(interrupted) == Set(["running.jpg", "retry-running.jpg"].compactMap { byName[$0]?.id }))
            #expect(interrupted.count == 2)
            for id in interrupted { _ = try await store.renderings.recordFailure(id, .interrupted) }
            for rendering in try await renderings(store).values where interrupted.contains(rendering.attachmentID) {
                #expect(rendering.crashCount == 1)
            }
            #expect(try await store.renderings.counts() == (7, 2))
            for (name, code) in [("failed.jpg", "truncated"), ("quarantined.jpg", Attachment.Failure.quarantined)] {
                let original = try #require(byName[name])
                let owner: User.ID = try #require(original["owner_id"])
                let copy = Attachment.ID.random()
                var facts = AttachmentFacts.sample(.image)
                facts.sha256 = try #require(original["sha256"])
                try await store.attachments.begin(copy, by: owner)
                let uploaded = try await store.attachments.complete(
                    copy,
                    filename: "copy.jpg",
                    facts: facts,
                    by: owner
                ).value
                guard case .failed(let failure) = uploaded.status else {
                    Issue.record("the copy of \(name) has not failed")
                    continue
                }
                #expect(failure.code == code)
            }
        }
    }
}
