import Vocabulary

/// Totals of what a person uploads and stores. They are kept in the database, so that they survive a restart.
extension WriteTransaction {
    /// - Throws: `uploadedTooMuch`, `storesTooMuch`.
    func checkQuotas(of user: User.ID, for byteCount: Int, _ limits: ChatLimits) throws {
        if let limit = limits.uploadedBytesPerDay {
            let day = try db.uploadedDay(of: user, at: now)
            if let wait = day.wait(for: byteCount, limit: limit, at: now) {
                throw Refusal.uploadedTooMuch(limit: limit, retryAfterSeconds: wait)
            }
        }
        if let limit = limits.storedBytesPerPerson, try db.storedBytes(of: user) > limit - byteCount {
            throw Refusal.storesTooMuch(limit: limit)
        }
    }

    /// Adds to the person's uploads of the day, and removes spans that are older or were written while the clock was
    /// ahead. The total of stored bytes is maintained by triggers.
    func countUploaded(_ byteCount: Int, by user: User.ID) throws {
        try execute(
            """
            INSERT INTO uploaded_bytes (user_id, span_start, byte_count) VALUES (?, ?, ?)
            ON CONFLICT (user_id, span_start) DO UPDATE
            SET byte_count = uploaded_bytes.byte_count + excluded.byte_count
            """,
            [user, UploadedDay.spanStart(at: now), byteCount]
        )
        try execute(
            "DELETE FROM uploaded_bytes WHERE user_id = ? AND (span_start <= ? OR span_start > ?)",
            [user, UploadedDay.horizon(at: now), UploadedDay.latestStart(at: now)]
        )
    }
}

extension Snapshot {
    static let uploadedSpans = """
        SELECT span_start, byte_count FROM uploaded_bytes WHERE user_id = ? AND span_start > ? ORDER BY span_start
        """
    static let storedBytes = "SELECT byte_count FROM stored_bytes WHERE user_id = ?"

    fileprivate func uploadedDay(of user: User.ID, at now: Timestamp) throws -> UploadedDay {
        let spans = try all(Self.uploadedSpans, [user, UploadedDay.horizon(at: now)]) { row in
            UploadedDay.Span(start: row[0], byteCount: row[1])
        }
        return UploadedDay(spans: spans)
    }

    fileprivate func storedBytes(of user: User.ID) throws -> Int {
        try value(Int.self, Self.storedBytes, [user]) ?? 0
    }
}
