extension SweepStep {
    /// Removes deleted rooms and their messages.
    static let deletedRooms = SweepStep(name: "rooms") { entry, verb in
        "\(entry.rows) rows of deleted rooms \(verb) removed"
    } run: { sweep in
        let (rooms, time) = (sweep.store.rooms, sweep.cutoff(sweep.grace.rooms))
        let count = try await sweep.prune(why: "the room was deleted") { limit in
            try await rooms.pruneDeleted(before: time, limit: limit)
        } count: {
            try await rooms.prunableCount(before: time)
        }
        return SweepReport.Entry(rows: count)
    }
}
