import NIOCore

/// Steps of rising rates, until one fails.
struct StepSearch: Sendable {
    private static let tries = 3

    let name: String
    let rooms: [ConnectedRoom]
    /// Messages per second, in all rooms together.
    let rates: [Double]
    /// How long a step lasts.
    var seconds = 5
    /// Deliveries per second to aim for at the highest step that passes.
    let wanted: Double
    let ledger: RoomLedger
    let fixture: ScaleFixture

    func run() async throws -> [Figure] {
        _ = try await step(rates[0], seconds: 1)
        var steps: [Step.Outcome] = []
        for rate in rates {
            let outcome = try await tried(rate)
            steps.append(outcome)
            guard outcome.passes else { break }
        }
        return figures(steps)
    }

    /// A step that was merely late is tried again, because a machine stalls now and then.
    private func tried(_ rate: Double) async throws -> Step.Outcome {
        var outcome = try await step(rate, seconds: seconds)
        for _ in 1..<Self.tries where !outcome.passes && outcome.deliveries.isWhole {
            fixture.progress.report("  p95 \(outcome.deliveries.latencies.rank(95).short) ms; once more")
            outcome = try await step(rate, seconds: seconds)
        }
        return outcome
    }

    private func step(_ rate: Double, seconds: Int) async throws -> Step.Outcome {
        fixture.progress.report("\(name): \(rate.short) messages/s for \(seconds) s")
        let messages = SocketMessages.Plan(rooms: rooms, rate: rate, seconds: seconds)
        return try await Step(messages: messages, ledger: ledger, fixture: fixture).run()
    }

    private func figures(_ steps: [Step.Outcome]) -> [Figure] {
        let latencies = steps.map { step in
            Figure(
                "\(name), \(step.rate.short) messages/s: delivery p95",
                step.deliveries.latencies.rank(95),
                "ms",
                details: step.details
            )
        }
        let highest = steps.last(where: \.passes)
        let disordered = steps.reduce(0) { $0 + $1.deliveries.disordered }
        if let failed = steps.last, !failed.passes { remark(failed) }
        return latencies + [
            Figure(
                "\(name): deliveries/s, highest step with p95 < \(Step.maxLatency.short) ms",
                highest?.perSecond ?? 0,
                "",
                aim: .above(wanted),
                details: highest.map { [Detail("at", $0.rate, "messages/s")] + $0.cpuTime.details } ?? []
            ),
            Figure("\(name): deliveries that came twice or out of order", Double(disordered), "", must: .exactly(0)),
        ]
    }

    private func remark(_ failed: Step.Outcome) {
        var text = "\(name): the step of \(failed.rate.short) messages/s did not hold"
        if failed.cpuTime.isLoadFull { text += "; the generator's core was full (\(failed.cpuTime.load.short) %)" }
        if let refusal = failed.deliveries.firstRefusal { text += "; the server refused: \(refusal.prefix(300))" }
        if failed.deliveries.socketsClosed > 0 {
            let code = failed.deliveries.firstCloseCode.map { " with code \($0)" } ?? ""
            text += "; the server closed \(failed.deliveries.socketsClosed) sockets\(code)"
        }
        fixture.progress.remark(text)
    }
}
