import Fixtures
import GRDB
import TestSupport

extension RunningServer {
    /// Files below `media` that hold something: originals and variants, finished or not.
    func storedFiles() throws -> [String] {
        try files(below: storage + "/media").filter { !$0.hasPrefix(".") }
    }

    /// Whether there is neither a row of an attachment nor a file of one.
    func holdsNothing() throws -> Bool {
        try attachmentRows() == 0 && storedFiles().isEmpty
    }

    func attachmentRows() throws -> Int {
        let database = try DatabaseQueue(path: storage + "/snug.sqlite")
        return try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM attachments") ?? 0 }
    }

    /// Returns once so many uploads have begun or ended.
    func waitForRows(_ isReached: @escaping @Sendable (Int) -> Bool) async throws {
        try await poll(waitingFor: "rows of attachments") { isReached(try attachmentRows()) }
    }
}
