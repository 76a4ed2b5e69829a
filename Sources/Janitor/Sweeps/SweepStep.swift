import Chat
import Vocabulary

/// One kind of leftovers: how a sweep removes it, and how the report shows it.
struct SweepStep: Sendable {
    /// The key of its entry in the report's JSON, and the step of its lines in the ledger.
    let name: String
    /// Finds the attachments that this step marks as deleted, up to a limit. A dry run marks none, and
    /// ``deletedAttachments`` counts them there as if they were marked.
    var findUnused: (@Sendable (_ sweep: Sweep, _ limit: Int) async throws -> [Attachment.ID])? = nil
    /// Its line in the report's description. The verb is "were", or "would be" in a dry run.
    let summary: @Sendable (_ entry: SweepReport.Entry, _ verb: String) -> String
    /// Removes the leftovers, or only counts them in a dry run.
    let run: @Sendable (_ sweep: Sweep) async throws -> SweepReport.Entry
}

extension SweepStep {
    /// Every step, in the order in which they run. Those that mark attachments precede ``deletedAttachments``, so that
    /// the same sweep removes what they mark. The upkeep comes last, when there is most to return.
    static let all: [SweepStep] = [
        .unfinishedUploads,
        .unattachedUploads,
        .deletedRooms,
        .oldMessages,
        .eventLog,
        .idempotencyKeys,
        .expiredSessions,
        .deletedAttachments,
        .unknownFiles,
        .missingFiles,
        .trash,
        .upkeep,
    ]
}
