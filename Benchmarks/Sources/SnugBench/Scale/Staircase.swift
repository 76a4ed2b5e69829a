import NIOCore

/// Steps of rising rates, until one does not hold.
struct Staircase: Sendable {
    private static let tries = 3

    let name: String
    let halls: [Hall]
    /// Messages a second, in all rooms together.
    let rates: [Double]
    /// How long a step lasts.
    var seconds = 5
    /// Deliveries a second that are wanted at the highest step that holds.
    let wanted: Double
    let ledger: RoomLedger
    let theatre: Theatre

    func climb() async throws -> [Figure] {
        _ = try await step(rates[0], seconds: 1)
        var climbed: [Step.Outcome] = []
        for rate in rates {
            let outcome = try await tried(rate)
            climbed.append(outcome)
            guard outcome.holds else { break }
        }
        return figures(climbed)
    }

    /// A step that was only late is tried again, because a machine stalls now and then.
    private func tried(_ rate: Double) async throws -> Step.Outcome {
        var outcome = try await step(rate, seconds: seconds)
        for _ in 1..<Self.tries where !outcome.holds && outcome.deliveries.isWhole {
            theatre.progress.say("  p95 \(outcome.deliveries.latencies.rank(95).short) ms; once more")
            outcome = try await step(rate, seconds: seconds)
        }
        return outcome
    }

    private func step(_ rate: Double, seconds: Int) async throws -> Step.Outcome {
        theatre.progress.say("\(name): \(rate.short) messages/s for \(seconds) s")
        let talk = Talk.Plan(halls: halls, rate: rate, seconds: seconds)
        return try await Step(talk: talk, ledger: ledger, theatre: theatre).run()
    }

    private func figures(_ climbed: [Step.Outcome]) -> [Figure] {
        let steps = climbed.map { step in
            Figure(
                "\(name), \(step.rate.short) messages/s: delivery p95",
                step.deliveries.latencies.rank(95),
                "ms",
                details: step.details
            )
        }
        let highest = climbed.last(where: \.holds)
        let disordered = climbed.reduce(0) { $0 + $1.deliveries.disordered }
        if let failed = climbed.last, !failed.holds { remark(failed) }
        return steps + [
            Figure(
                "\(name): deliveries/s, highest step with p95 < \(Step.promise.short) ms",
                highest?.perSecond ?? 0,
                "",
                aim: .above(wanted),
                details: highest.map { [Detail("at", $0.rate, "messages/s")] + $0.effort.details } ?? []
            ),
            Figure("\(name): deliveries that came twice or out of order", Double(disordered), "", must: .exactly(0)),
        ]
    }

    private func remark(_ failed: Step.Outcome) {
        var text = "\(name): the step of \(failed.rate.short) messages/s did not hold"
        if failed.effort.isLoadFull { text += "; the generator's core was full (\(failed.effort.load.short) %)" }
        if let refusal = failed.deliveries.firstRefusal { text += "; the server refused: \(refusal.prefix(300))" }
        if failed.deliveries.socketsClosed > 0 {
            let code = failed.deliveries.firstCloseCode.map { " with code \($0)" } ?? ""
            text += "; the server closed \(failed.deliveries.socketsClosed) sockets\(code)"
        }
        theatre.progress.remark(text)
    }
}
