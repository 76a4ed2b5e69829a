import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Upkeep of the archive", .timeLimit(.standard))
struct ArchiveUpkeepTests {
    private func byteCount(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }

    /// Fills the archive with messages of 2,000 bytes, and removes them.
    private func leaveHoles(in store: Store) async throws {
        try await store.pool.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3500)
                    INSERT INTO archived_messages (id, room_id, seq, sender_id, body, attachment_count, created_at,
                        changed_seq)
                    SELECT randomblob(16), zeroblob(16), n, zeroblob(16), hex(randomblob(1000)), 0, 0, 0 FROM number
                    """
            )
        }
        try await store.pool.write { try $0.execute(sql: "DELETE FROM archived_messages") }
    }

    @Test("Its unused pages beyond a reserve are returned, and its log is shortened")
    func reclaims() async throws {
        try await withFolder { folder in
            let path = folder + "/archive.sqlite"
            let store = try Store(path: folder + "/snug.sqlite", synchronous: .normal)
            try await leaveHoles(in: store)
            let size = try await store.archiveSize()
            #expect(size.freePageCount > 1500)
            let all = try await store.reclaimableBytes()
            #expect(all > 1 << 20)
            #expect(try await store.reclaimSpace(limit: 1 << 20) == 1 << 20)
            while try await store.reclaimSpace(limit: 1 << 20) > 0 {}
            #expect(try await store.reclaimableBytes() == 0)
            #expect(try byteCount(path + "-wal") > 0)
            try await store.tidy()
            #expect(try byteCount(path + "-wal") == 0)
            // Statistics may take some pages, and pages of the pointer map go too.
            let left = try byteCount(path)
            #expect(abs(size.byteCount - all - left) <= 16 * 4096)
            #expect(try await store.archiveSize().byteCount == left)
            #expect(try await store.integrityFindings(isQuick: false, limit: 9).isEmpty)
            try await store.close()
        }
    }
}
