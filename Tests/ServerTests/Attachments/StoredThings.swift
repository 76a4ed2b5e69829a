import Fixtures
import GRDB
import TestSupport

extension RunningServer {
    /// Files below `media` that are not empty: originals and variants, finished or not.
    func storedFiles() throws -> [String] {
        try files(below: storage + "/media").filter { !$0.hasPrefix(".") }
    }

    /// Whether there are neither rows nor files of attachments.
    func holdsNothing() throws -> Bool {
        try attachmentRows() == 0 && storedFiles().isEmpty
    }

    func attachmentRows() throws -> Int {
        let database = try DatabaseQueue(path: storage + "/snug.sqlite")
        return try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM attachments") ?? 0 }
    }

    /// Returns once this many uploads have started or ended.
    func waitForRows(_ isReached: @escaping @Sendable (Int) -> Bool) async throws {
        try await poll(waitingFor: "rows of attachments") { isReached(try attachmentRows()) }
    }
}
