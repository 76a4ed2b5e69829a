import Foundation
import GRDB
import Vocabulary

/// What became of the same bytes before.
struct Verdict {
    let failure: Attachment.Failure
    /// When they were last tried. A copy has it from the file that was, so that no stream of copies prolongs it.
    let time: Timestamp
}

extension Database {
    static let verdictOnBytes = """
        SELECT failure_code, failure_detail, rejected_at FROM attachments
        WHERE sha256 = ? AND rejected_at > ? ORDER BY rejected_at DESC LIMIT 1
        """

    /// The answer that rendering these bytes has had within the last day, if they were to blame; so a file that kills
    /// workers is uploaded a hundred times and kills no more of them.
    ///
    /// It is given to whoever sends the bytes, also where somebody else sent them first. They have the file, and would be
    /// told the same a moment later by trying it: the answer follows from the bytes alone. What its haste gives away is
    /// that the same broken file was here within a day, not whose it is or where. Of a sound picture nothing is said.
    func verdict(onBytes sha256: Data, at now: Timestamp) throws -> Verdict? {
        let row = try Row.fetchOne(
            cachedStatement(sql: Self.verdictOnBytes),
            arguments: [sha256, now - RetrySchedule.verdictLifetime]
        )
        guard let row else { return nil }
        return Verdict(failure: Attachment.Failure(code: row[0], detail: row[1] ?? ""), time: row[2])
    }
}
