import Foundation
import NIOCore

/// Everything at once: messages, history, uploads and one run of the janitor.
struct Load: Sendable {
    private static let readLanes = 8

    let session: Session
    let population: Population
    let subscribers: Subscribers
    let ledger: DeliveryLedger
    /// Milliseconds of the baseline for one photograph, measured just before.
    let baseline: Double

    private let posted = CallLog()
    private let read = CallLog()
    private let accepted = CallLog()
    private var plan: Plan { session.plan }

    init(session: Session, population: Population, subscribers: Subscribers, ledger: DeliveryLedger, baseline: Double) {
        (self.session, self.population, self.subscribers) = (session, population, subscribers)
        (self.ledger, self.baseline) = (ledger, baseline)
    }

    func run() async throws -> [Figure] {
        session.progress.report("the load: \(plan.seconds) s")
        let group = session.product.confinement.cgroup
        let before = try group?.processorTime()
        let started = NIODeadline.now()
        let uploads = try await together(since: started)
        let busy = try group.map { try $0.processorTime() - (before ?? 0) }
        let seconds = started.milliseconds(until: .now()) / 1000
        // Deliveries on their way have two seconds to arrive.
        try await Task.sleep(for: .seconds(2))
        let again = Percentiles(try await session.baseline.measure(session.photographs, rounds: 2).map(\.wall)).mean
        remarkFailures()
        return deliveryFigures() + callFigures()
            + uploadFigures(uploads, since: started, baseline: (baseline + again) / 2)
            + [Figure("core used by server, worker and janitor", busy.map { Double($0) / 1e4 / seconds }, "%")]
    }

    private func together(since started: NIODeadline) async throws -> [Uploading.Posted] {
        let messages = PostedMessages(session: session, population: population, ledger: ledger, log: posted)
        let uploaders = Uploaders(session: session, population: population, subscribers: subscribers, log: accepted)
        async let posting: Void = messages.run(plan.messageCount(in: plan.seconds))
        async let history: Void = history()
        async let janitor: Void = janitor()
        async let uploads = uploaders.post(until: started + .seconds(Int64(plan.seconds)))
        try await posting
        try await history
        try await janitor
        return await uploads
    }

    private func history() async throws {
        let connections = session.makeConnections(Self.readLanes)
        let reads = HistoryReads(population: population, log: read, connections: connections)
        let pacing = Pacing(
            stepsPerSecond: plan.reads,
            lanes: Self.readLanes,
            count: Int(plan.reads * Double(plan.seconds))
        )
        try await pacing.run { lane, number, due in await reads.read(number, lane: lane, due: due) }
        await session.close(connections)
    }

    private func janitor() async throws {
        try await Task.sleep(for: .seconds(plan.seconds) / 2)
        do {
            let started = NIODeadline.now()
            _ = try await session.product.sweep()
            let seconds = started.milliseconds(until: .now()) / 1000
            session.progress.report("the janitor ran for \(seconds.short) s")
        } catch let failure as Command.Failure {
            session.progress.remark("the janitor ended with \(failure.status): \(failure.output.suffix(500))")
        }
    }

    private func remarkFailures() {
        for (what, log) in [("message", posted), ("history page", read), ("upload", accepted)] {
            log.remarkFailures(of: what, in: session.progress)
        }
    }
}

extension Load {
    private func deliveryFigures() -> [Figure] {
        ledger.outcome.figures(p95: .below(5), p99: .below(10))
    }

    private func callFigures() -> [Figure] {
        [("message POST", posted), ("history GET", read)].flatMap { name, log in
            [
                Figure("\(name): p50", log.latencies.median, "ms"),
                Figure("\(name): p95", log.latencies.rank(95), "ms", must: .below(200), aim: .below(10)),
                Figure("\(name): p99", log.latencies.rank(99), "ms"),
            ]
        } + [
            Figure(
                "upload, request to 201: p95",
                accepted.latencies.rank(95),
                "ms",
                must: .below(5000),
                aim: .below(50)
            ),
            Figure(
                "calls that failed",
                Double(posted.failures + read.failures + accepted.failures),
                "",
                must: .exactly(0)
            ),
        ]
    }

    private func uploadFigures(
        _ posted: [Uploading.Posted],
        since started: NIODeadline,
        baseline: Double
    ) -> [Figure] {
        let minutes = posted.map(\.ready).max().map { started.milliseconds(until: $0) / 60_000 }
        let rate = minutes.map { Double(posted.count) / $0 }
        let waits = Percentiles(posted.map(\.wait))
        let baselineRate = 60_000 / baseline
        return [
            Figure("uploads a minute, \(plan.uploaders) at a time", rate, ""),
            Figure("201 to all variants ready, \(plan.uploaders) at a time: p95", waits.rank(95), "ms"),
            Figure("libvips alone, files a minute", baselineRate, ""),
            Figure("uploads against libvips alone", rate.map { $0 / baselineRate * 100 }, "%", aim: .above(90)),
        ]
    }
}
