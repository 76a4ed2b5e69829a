import FoundationEssentials
import Vocabulary

/// The failure of an earlier rendering of the same content.
struct KnownFailure {
    let failure: Attachment.Failure
    /// When the content was last tried. A copy inherits the time, so that a stream of copies does not prolong the
    /// failure.
    let time: Timestamp
}

extension Snapshot {
    static let knownFailure = """
        SELECT failure_code, failure_detail, content_failed_at FROM renderings
        WHERE sha256 = ? AND content_failed_at > ? ORDER BY content_failed_at DESC LIMIT 1
        """

    /// Crashes of the same content: a file that crashes workers does so twice in total, not twice per copy. Content
    /// that has been rendered successfully since is no longer suspected, and the crashes of a failed copy count as long
    /// as its failure is known.
    static let crashesOfSameContent = """
        SELECT max(crash_count) FROM renderings
        WHERE sha256 = ? AND crash_count > 0 AND state <> 'finished'
        AND (attachment_id = ? OR content_failed_at IS NULL OR content_failed_at > ?)
        """

    /// The failure of rendering the same content within the last day, if the content was at fault. So a file that
    /// crashes workers may be uploaded a hundred times without crashing more of them.
    ///
    /// It applies to everybody who uploads the bytes, even if somebody else was first: they have the file, and
    /// rendering it would give the same result a moment later. The fast answer reveals that the same broken file was
    /// uploaded within a day, but not by whom or where. Intact pictures reveal nothing.
    func knownFailure(ofContent sha256: Data, at now: Timestamp) throws -> KnownFailure? {
        try first(Self.knownFailure, [sha256, now - RetrySchedule.knownFailureLifetime]) { row in
            KnownFailure(failure: Attachment.Failure(code: row[0], detail: row[1] ?? ""), time: row[2])
        }
    }

    func crashes(ofSameContent sha256: Data, as id: Attachment.ID, at now: Timestamp) throws -> Int {
        try value(Int.self, Self.crashesOfSameContent, [sha256, id, now - RetrySchedule.knownFailureLifetime]) ?? 0
    }
}
