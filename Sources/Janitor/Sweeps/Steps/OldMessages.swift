import Chat
import Vocabulary

extension SweepStep {
    /// Moves old messages to the archive. Messages that have returned from it move again even if archiving is off.
    static let oldMessages = SweepStep(name: "archive") { entry, verb in
        "\(entry.rows) old messages \(verb) archived"
    } run: { sweep in
        try await sweep.archiveMessages()
    }
}

extension Sweep {
    fileprivate func archiveMessages() async throws -> SweepReport.Entry {
        let cutoff = archiveAfter.map(Timestamp.before) ?? Timestamp(milliseconds: .min)
        var entry = SweepReport.Entry()
        var last: Room.ID?
        while let room = try await store.messages.roomToArchive(after: last, before: cutoff) {
            try await archiveMessages(of: room, before: cutoff, in: &entry)
            last = room
            try await rest()
        }
        return entry
    }

    /// Goes through the room once, in the order of its messages. What changes meanwhile is left to the next sweep.
    private func archiveMessages(
        of room: Room.ID,
        before cutoff: Timestamp,
        in entry: inout SweepReport.Entry
    ) async throws {
        var last: Int64 = 0
        while let plan = try await store.messages.planArchiving(of: room, after: last, before: cutoff, limit: batch) {
            guard let count = isDryRun ? plan.count : try await move(plan) else { return }
            entry.rows += count
            note(done: entry.rows)
            last = plan.upTo
            try await rest()
        }
    }

    /// - Returns: The number of messages that left the database; nil if the room has changed too much since the plan.
    private func move(_ plan: ArchivePlan) async throws -> Int? {
        guard let generation = try await store.messages.copyToArchive(plan) else { return nil }
        let count = try await store.messages.removeArchived(plan, generation: generation)
        record(.archive, rows: count, why: "the messages are old")
        return count
    }
}
