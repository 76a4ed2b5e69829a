import FoundationEssentials
import Vocabulary

/// The failure of an earlier rendering of the same content.
struct KnownFailure {
    let failure: Attachment.Failure
    /// When that content was last tried. A copy takes the time over, so that no stream of copies prolongs the failure.
    let time: Timestamp
}

extension Snapshot {
    static let knownFailure = """
        SELECT failure_code, failure_detail, content_failed_at FROM renderings
        WHERE sha256 = ? AND content_failed_at > ? ORDER BY content_failed_at DESC LIMIT 1
        """

    /// Crashes of the same content: a file that crashes workers does so twice, and not twice for each copy. Content that
    /// was rendered after all is under no suspicion, and a failure of a copy counts as long as it is known.
    static let crashesOfSameContent = """
        SELECT max(crash_count) FROM renderings
        WHERE sha256 = ? AND crash_count > 0 AND state <> 'finished'
        AND (attachment_id = ? OR content_failed_at IS NULL OR content_failed_at > ?)
        """

    /// The failure that rendering the same content had within the last day, if the content was at fault. So a file that
    /// crashes workers may be uploaded a hundred times and crashes no more of them.
    ///
    /// It is given to whoever uploads the bytes, even if somebody else was first: they have the file, and rendering it
    /// would show them the same a moment later. What the fast answer reveals is that the same broken file was here within
    /// a day, not whose it is or where. Sound pictures reveal nothing.
    func knownFailure(ofContent sha256: Data, at now: Timestamp) throws -> KnownFailure? {
        try first(Self.knownFailure, [sha256, now - RetrySchedule.knownFailureLifetime]) { row in
            KnownFailure(failure: Attachment.Failure(code: row[0], detail: row[1] ?? ""), time: row[2])
        }
    }

    func crashes(ofSameContent sha256: Data, as id: Attachment.ID, at now: Timestamp) throws -> Int {
        try value(Int.self, Self.crashesOfSameContent, [sha256, id, now - RetrySchedule.knownFailureLifetime]) ?? 0
    }
}
