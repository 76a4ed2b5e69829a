import Vocabulary

extension SweepStep {
    /// Removes old events from the log.
    static let eventLog = SweepStep(name: "log") { entry, verb in
        "\(entry.rows) old events \(verb) removed from the log"
    } run: { sweep in
        SweepReport.Entry(rows: try await sweep.pruneLog())
    }
}

extension Sweep {
    fileprivate func pruneLog() async throws -> Int {
        let time = Timestamp.before(grace.log)
        return try await prune(why: "the event is old") { limit in
            try await store.events.prune(before: time, eventsPerRoom: eventsPerRoom, limit: limit)
        } count: {
            try await store.events.prunableCount(before: time, eventsPerRoom: eventsPerRoom)
        }
    }
}
