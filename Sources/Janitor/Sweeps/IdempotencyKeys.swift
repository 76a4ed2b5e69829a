extension SweepStep {
    /// Removes expired idempotency keys.
    static let idempotencyKeys = SweepStep(name: "keys") { entry, verb in
        "\(entry.rows) idempotency keys \(verb) removed"
    } run: { sweep in
        let store = sweep.store
        return SweepReport.Entry(rows: try await sweep.prune(store.pruneKeys, count: store.oldKeyCount))
    }
}
