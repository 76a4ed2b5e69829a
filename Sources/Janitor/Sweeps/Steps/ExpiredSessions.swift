import Chat
import Vocabulary

extension SweepStep {
    /// Removes sessions that expired some time ago.
    static let expiredSessions = SweepStep(name: "sessions") { entry, verb in
        "\(entry.rows) expired sessions \(verb) removed"
    } run: { sweep in
        try await sweep.removeExpiredSessions()
    }
}

extension Sweep {
    fileprivate func removeExpiredSessions() async throws -> SweepReport.Entry {
        let (people, time) = (store.people, Timestamp.before(grace.sessions))
        var entry = SweepReport.Entry()
        var last: Session.ID?
        while case let ids = try await people.sessionIDs(after: last, limit: batch), !ids.isEmpty {
            last = ids.last
            let expired = try await people.expiredSessions(among: ids, before: time)
            guard !isDryRun else {
                entry.rows += Set(expired).count
                continue
            }
            let removed = try await people.removeExpired(expired, before: time)
            guard removed > 0 else { continue }
            entry.rows += removed
            record(.remove, rows: removed, why: "the session has expired")
            note(done: entry.rows)
            try await rest()
        }
        return entry
    }
}
