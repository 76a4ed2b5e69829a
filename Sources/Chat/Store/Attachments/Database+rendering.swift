import GRDB
import Vocabulary

extension Database {
    /// A condition on one row: it waits for its first variants, or is tried again behind the scenes.
    static let isToBeRendered = "(state = 'processing' OR retry_at IS NOT NULL) AND deleted_at IS NULL"

    static let nextWaiting = """
        SELECT id FROM attachments WHERE state = 'processing' AND deleted_at IS NULL AND attempts = deaths
        ORDER BY attempts, turn_at LIMIT 1
        """
    static let nextDueRetry = """
        SELECT id FROM attachments WHERE retry_at <= ? AND deleted_at IS NULL AND attempts = deaths
        ORDER BY retry_at LIMIT 1
        """
    /// One that was planned while the clock was ahead, and would not be due for longer than any retry waits.
    static let nextStrayRetry = """
        SELECT id FROM attachments WHERE retry_at > ? AND deleted_at IS NULL AND attempts = deaths
        ORDER BY retry_at LIMIT 1
        """
    static let nextRetryTime = """
        SELECT retry_at FROM attachments WHERE retry_at IS NOT NULL AND deleted_at IS NULL AND attempts = deaths
        ORDER BY retry_at LIMIT 1
        """
    static let interruptedRenderings = "SELECT id FROM attachments WHERE attempts > deaths AND deleted_at IS NULL"
    static let retryCount = "SELECT count(*) FROM attachments WHERE retry_at IS NOT NULL AND deleted_at IS NULL"

    /// Of the attachment and all that have the same bytes, so that a file that kills does so twice and not twice a copy.
    /// Those that were rendered after all say nothing against the bytes, and a verdict counts as long as it holds.
    static let deathsByBytes = """
        SELECT max(copy.deaths) FROM attachments AS own
        JOIN attachments AS copy ON copy.sha256 = own.sha256 AND copy.deaths > 0
        WHERE own.id = ?1 AND copy.state <> 'ready'
        AND (copy.id = ?1 OR copy.rejected_at IS NULL OR copy.rejected_at > ?2)
        """

    /// - Parameter longestDelay: Time after which every retry that is planned now will be due.
    func nextRendering(at now: Timestamp, longestDelay: Duration) throws -> Attachment.ID? {
        try Attachment.ID.fetchOne(cachedStatement(sql: Self.nextWaiting))
            ?? Attachment.ID.fetchOne(cachedStatement(sql: Self.nextDueRetry), arguments: [now])
            ?? Attachment.ID.fetchOne(cachedStatement(sql: Self.nextStrayRetry), arguments: [now + longestDelay])
    }

    func deaths(byBytesOf id: Attachment.ID, at now: Timestamp) throws -> Int {
        try Int.fetchOne(
            cachedStatement(sql: Self.deathsByBytes),
            arguments: [id, now - RetrySchedule.verdictLifetime]
        ) ?? 0
    }

    /// Nil when it is not to be rendered.
    func retries(of id: Attachment.ID) throws -> Int? {
        let sql = "SELECT retries FROM attachments WHERE id = ? AND \(Self.isToBeRendered)"
        return try Int.fetchOne(cachedStatement(sql: sql), arguments: [id])
    }
}
