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

/// The bytes that one person has uploaded within a day. It has no clock and no database.
///
/// They are counted in spans of ten minutes, so that a day is a small number of rows however small the uploads are. A
/// span counts until all of it is a day old, so the limit holds in any 24 hours.
struct UploadedDay: Sendable {
    private static let length = Duration.seconds(86_400)
    private static let spanLength = Duration.seconds(600)

    struct Span: Sendable {
        let start: Timestamp
        let byteCount: Int
    }

    /// Oldest first; spans that are over a day old are not counted.
    let spans: [Span]

    /// Start of the span that an upload at `time` belongs to.
    static func spanStart(at time: Timestamp) -> Timestamp {
        let length = spanLength.components.seconds * 1000
        return Timestamp(milliseconds: time.milliseconds / length * length)
    }

    /// Spans that start after this are not entirely a day old at `time`.
    fileprivate static func horizon(at time: Timestamp) -> Timestamp {
        time - length - spanLength
    }

    /// A span that starts after this was written while the clock was ahead. It is not counted, because its real time is
    /// unknown. A tolerance of one span allows for clocks that are being corrected.
    fileprivate static func latestStart(at time: Timestamp) -> Timestamp {
        spanStart(at: time) + spanLength
    }

    /// Seconds until this many more bytes are within the limit; nil if they are now. For an upload larger than the
    /// limit it is the time until all others are a day old, although it is not within the limit then either.
    ///
    /// - Parameter limit: Bytes in 24 hours.
    func wait(for byteCount: Int, limit: Int, at now: Timestamp) -> Int? {
        let counted = spans.filter { $0.start > Self.horizon(at: now) && $0.start <= Self.latestStart(at: now) }
        var used = counted.reduce(0) { $0 + $1.byteCount }
        guard used > limit - byteCount else { return nil }
        var last = now
        for span in counted {
            last = span.start + Self.spanLength + Self.length
            used -= span.byteCount
            if used <= limit - byteCount { break }
        }
        let wait = (last.milliseconds - now.milliseconds + 999) / 1000
        return Int(min(max(1, wait), (Self.length + Self.spanLength).components.seconds))
    }
}
