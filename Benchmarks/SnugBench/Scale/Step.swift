import NIOCore

/// Messages at one rate for a while, which all sockets of the rooms receive.
struct Step: Sendable {
    /// Milliseconds in which nineteen of twenty deliveries have to arrive.
    static let maxLatency = 50.0
    /// How long deliveries may take after the last message has been sent.
    private static let patience = TimeAmount.seconds(3)

    struct Outcome: Sendable {
        let rate: Double
        let deliveries: RoomLedger.Outcome
        let perSecond: Double
        let cpuTime: CPUTime.Shares

        var passes: Bool { deliveries.isWhole && deliveries.latencies.rank(95) < Step.maxLatency }

        var details: [Detail] {
            let latencies = deliveries.latencies
            let faults = [
                Detail("lost", Double(deliveries.lost)), Detail("disordered", Double(deliveries.disordered)),
                Detail("without ack", Double(deliveries.unanswered)),
                Detail("sockets closed", Double(deliveries.socketsClosed)),
            ]
            return [Detail("p50", latencies.median, "ms"), Detail("p99", latencies.rank(99), "ms")]
                + cpuTime.details + [Detail("signals", Double(deliveries.signals))]
                + faults.filter { $0.value != 0 }
        }
    }

    let messages: SocketMessages.Plan
    let ledger: RoomLedger
    let fixture: ScaleFixture

    func run() async throws -> Outcome {
        ledger.restart(expecting: messages.count * messages.rooms[0].sockets.count)
        let began = NIODeadline.now()
        let cpuTime = CPUTime(cgroup: fixture.cgroup)
        try await SocketMessages.send(messages, ledger: ledger, on: fixture.loop)
        let shares = cpuTime.shares
        let deadline = NIODeadline.now() + Self.patience
        while !ledger.isComplete, NIODeadline.now() < deadline { try await Task.sleep(for: .milliseconds(20)) }
        let outcome = ledger.outcome
        return Outcome(
            rate: messages.rate,
            deliveries: outcome,
            perSecond: Double(outcome.deliveries) / began.milliseconds(until: outcome.lastArrival) * 1000,
            cpuTime: shares
        )
    }
}
