import Vocabulary

extension Snapshot {
    /// Condition: the rendering has not ended, so it may still finish or fail.
    static let isUnfinished = "state IN ('waiting', 'running', 'scheduled')"
    /// Condition: clients see the picture as processing. Retries do not count towards the limit of the queue.
    static let isQueued = "state IN ('waiting', 'running') AND next_attempt_at IS NULL"

    static let nextWaiting = """
        SELECT attachment_id FROM renderings WHERE state = 'waiting' ORDER BY crash_count, queue_priority LIMIT 1
        """
    static let nextDueRetry = """
        SELECT attachment_id FROM renderings WHERE next_attempt_at <= ? AND state = 'scheduled'
        ORDER BY next_attempt_at LIMIT 1
        """
    /// A retry that was scheduled while the clock was ahead: it is due later than any retry that is scheduled now.
    static let nextStrayRetry = """
        SELECT attachment_id FROM renderings WHERE next_attempt_at > ? AND state = 'scheduled'
        ORDER BY next_attempt_at LIMIT 1
        """
    static let nextRetryTime = """
        SELECT next_attempt_at FROM renderings WHERE next_attempt_at IS NOT NULL AND state = 'scheduled'
        ORDER BY next_attempt_at LIMIT 1
        """
    static let runningRenderings = "SELECT attachment_id FROM renderings WHERE state = 'running' ORDER BY crash_count"
    /// The cast is for PostgreSQL, where a sum of integers has another type.
    static let queuedCost = """
        SELECT CAST(sum(cost) AS BIGINT) FROM renderings WHERE owner_id = ? AND \(isQueued) AND cost <= ?
        """
    static let ownQueuedCount = "SELECT count(*) FROM renderings WHERE owner_id = ? AND \(isQueued)"
    static let queuedCount = "SELECT count(*) FROM renderings WHERE \(isQueued)"
    static let retryCount = "SELECT count(*) FROM renderings WHERE next_attempt_at IS NOT NULL"
    static let renderingByID = """
        SELECT attachment_id, owner_id, sha256, cost, state, queue_priority, retry_count, crash_count,
            failure_code, failure_detail, next_attempt_at, content_failed_at
        FROM renderings WHERE attachment_id = ?
        """
    static let unfinishedRendering = "\(renderingByID) AND \(isUnfinished)"

    /// - Parameter longestDelay: Time after which every retry that is scheduled now will be due.
    func nextRendering(at now: Timestamp, longestDelay: Duration) throws -> Attachment.ID? {
        try value(Attachment.ID.self, Self.nextWaiting)
            ?? value(Attachment.ID.self, Self.nextDueRetry, [now])
            ?? value(Attachment.ID.self, Self.nextStrayRetry, [now + longestDelay])
    }

    func rendering(of id: Attachment.ID) throws -> Rendering? {
        try first(Self.renderingByID, [id]) { Rendering(row: $0) }
    }

    /// Nil if there is no rendering, or if it has ended.
    func unfinishedRendering(of id: Attachment.ID) throws -> Rendering? {
        try first(Self.unfinishedRendering, [id]) { Rendering(row: $0) }
    }
}

extension Rendering {
    fileprivate init(row: ResultRow) {
        self.init(
            attachmentID: row[0],
            ownerID: row[1],
            sha256: row[2],
            cost: row[3],
            state: row[4],
            queuePriority: row[5],
            retryCount: row[6],
            crashCount: row[7],
            failure: Attachment.Failure(row, at: 8),
            contentFailedAt: row[11]
        )
    }
}

extension Attachment.Failure {
    /// Reads a rendering's `failure_code`, `failure_detail` and `next_attempt_at`; nil without a code.
    init?(_ row: ResultRow, at column: Int) {
        guard let code: String = row[column] else { return nil }
        self.init(code: code, detail: row[column + 1] ?? "", retryAt: row[column + 2])
    }
}

extension Rendering.State: SQLConvertible {}
