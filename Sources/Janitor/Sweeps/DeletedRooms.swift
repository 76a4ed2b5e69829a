extension SweepStep {
    /// Removes deleted rooms and their messages.
    static let deletedRooms = SweepStep(name: "rooms") { entry, verb in
        "\(entry.rows) rows of deleted rooms \(verb) removed"
    } run: { sweep in
        let rooms = sweep.store.rooms
        return SweepReport.Entry(rows: try await sweep.prune(rooms.pruneDeleted, count: rooms.prunableCount))
    }
}
