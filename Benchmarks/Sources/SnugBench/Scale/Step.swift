import NIOCore

/// People in rooms talk at one rate for a while, and everybody's socket listens.
struct Step: Sendable {
    /// Milliseconds in which nineteen of twenty deliveries have to arrive.
    static let promise = 50.0
    /// What is under way when the last message has been said may take this long.
    private static let patience = TimeAmount.seconds(3)

    struct Outcome: Sendable {
        let rate: Double
        let deliveries: RoomLedger.Outcome
        let perSecond: Double
        let effort: Effort.Shares

        var holds: Bool { deliveries.isWhole && deliveries.latencies.rank(95) < Step.promise }

        var details: [Detail] {
            let latencies = deliveries.latencies
            let faults = [
                Detail("lost", Double(deliveries.lost)), Detail("disordered", Double(deliveries.disordered)),
                Detail("without ack", Double(deliveries.unanswered)),
                Detail("sockets closed", Double(deliveries.socketsClosed)),
            ]
            return [Detail("p50", latencies.median, "ms"), Detail("p99", latencies.rank(99), "ms")]
                + effort.details + [Detail("signals", Double(deliveries.signals))]
                + faults.filter { $0.value != 0 }
        }
    }

    let talk: Talk.Plan
    let ledger: RoomLedger
    let theatre: Theatre

    func run() async throws -> Outcome {
        ledger.restart(expecting: talk.count * talk.halls[0].listeners)
        let began = NIODeadline.now()
        let effort = Effort(cgroup: theatre.cgroup)
        try await Talk.hold(talk, ledger: ledger, on: theatre.loop)
        let shares = effort.shares
        let deadline = NIODeadline.now() + Self.patience
        while !ledger.isSettled, NIODeadline.now() < deadline { try await Task.sleep(for: .milliseconds(20)) }
        let outcome = ledger.outcome
        return Outcome(
            rate: talk.rate,
            deliveries: outcome,
            perSecond: Double(outcome.deliveries) / began.milliseconds(until: outcome.lastArrival) * 1000,
            effort: shares
        )
    }
}
