import Chat

extension SweepStep {
    /// Returns unused space of the database to the file system, updates the statistics of its query planner, and shortens
    /// its log.
    static let upkeep = SweepStep(name: "upkeep") { entry, verb in
        entry.isSkipped
            ? "the upkeep of the database was left out"
            : "\(entry.bytes) unused bytes of the database \(verb) returned to the file system"
    } run: { sweep in
        try await sweep.tidy()
    }
}

extension Sweep {
    /// Bytes that are returned at a time. Writers wait for less than a hundredth of a second.
    private static let reclaimedBytes = 1 << 20

    fileprivate func tidy() async throws -> SweepReport.Entry {
        var entry = SweepReport.Entry()
        guard upkeep.isDue(at: .now, newestMessage: try await store.messages.newestTime()) else {
            entry.isSkipped = true
            return entry
        }
        guard !isDryRun else {
            entry.bytes = try await store.reclaimableBytes()
            return entry
        }
        do {
            while case let bytes = try await store.reclaimSpace(limit: Self.reclaimedBytes), bytes > 0 {
                entry.bytes += bytes
                note(done: entry.bytes)
                try await rest()
            }
            try await store.tidy()
        } catch EngineError.busy {
            // Somebody is writing after all; there will be another moment.
        }
        return entry
    }
}
