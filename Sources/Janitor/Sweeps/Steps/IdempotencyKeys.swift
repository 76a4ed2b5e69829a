extension SweepStep {
    /// Removes expired idempotency keys.
    static let idempotencyKeys = SweepStep(name: "keys") { entry, verb in
        "\(entry.rows) idempotency keys \(verb) removed"
    } run: { sweep in
        let (store, age) = (sweep.store, sweep.grace.keys.duration)
        let count = try await sweep.prune(why: "the key has expired") { limit in
            try await store.pruneKeys(age: age, limit: limit)
        } count: {
            try await store.oldKeyCount(age: age)
        }
        return SweepReport.Entry(rows: count)
    }
}
