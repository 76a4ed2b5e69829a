import Foundation
import NIOCore

/// Everybody at once: talk, history, uploads and one run of the janitor.
struct Load: Sendable {
    private static let readLanes = 8

    let stage: Stage
    let village: Village
    let audience: Audience
    let ledger: DeliveryLedger
    /// Milliseconds of the bare cascade for one photograph, measured just before.
    let cascade: Double

    private let said = CallLog()
    private let read = CallLog()
    private let accepted = CallLog()
    private var plan: Plan { stage.plan }

    init(stage: Stage, village: Village, audience: Audience, ledger: DeliveryLedger, cascade: Double) {
        (self.stage, self.village, self.audience) = (stage, village, audience)
        (self.ledger, self.cascade) = (ledger, cascade)
    }

    func run() async throws -> [Figure] {
        stage.progress.say("the load: \(plan.seconds) s")
        let group = stage.product.confinement.cgroup
        let before = try group?.processorTime()
        let started = NIODeadline.now()
        let posted = try await together(since: started)
        let busy = try group.map { try $0.processorTime() - (before ?? 0) }
        let seconds = started.milliseconds(until: .now()) / 1000
        // What is still on its way arrives now or never.
        try await Task.sleep(for: .seconds(2))
        let again = Percentiles(try await stage.cascade.measure(stage.photographs, rounds: 2).map(\.wall)).mean
        remarkFailures()
        return talkFigures() + callFigures()
            + uploadFigures(posted, since: started, cascade: (cascade + again) / 2)
            + [Figure("core used by server, worker and janitor", busy.map { Double($0) / 1e4 / seconds }, "%")]
    }

    private func together(since started: NIODeadline) async throws -> [Uploading.Posted] {
        let talking = Talking(stage: stage, village: village, ledger: ledger, log: said)
        let uploaders = Uploaders(stage: stage, village: village, audience: audience, log: accepted)
        async let talk: Void = talking.run(plan.messageCount(in: plan.seconds))
        async let history: Void = history()
        async let janitor: Void = janitor()
        async let uploads = uploaders.post(until: started + .seconds(Int64(plan.seconds)))
        try await talk
        try await history
        try await janitor
        return await uploads
    }

    private func history() async throws {
        let clients = stage.makeClients(Self.readLanes)
        let reading = Reading(village: village, log: read, clients: clients)
        let pacing = Pacing(
            stepsPerSecond: plan.reads,
            lanes: Self.readLanes,
            count: Int(plan.reads * Double(plan.seconds))
        )
        try await pacing.run { lane, number, due in await reading.read(number, lane: lane, due: due) }
        await stage.close(clients)
    }

    private func janitor() async throws {
        try await Task.sleep(for: .seconds(plan.seconds) / 2)
        do {
            let started = NIODeadline.now()
            _ = try await stage.product.sweep()
            let seconds = started.milliseconds(until: .now()) / 1000
            stage.progress.say("the janitor swept for \(seconds.short) s")
        } catch let failure as Command.Failure {
            stage.progress.remark("the janitor ended with \(failure.status): \(failure.output.suffix(500))")
        }
    }

    private func remarkFailures() {
        for (what, log) in [("message", said), ("history page", read), ("upload", accepted)] {
            log.remarkFailures(of: what, in: stage.progress)
        }
    }
}

extension Load {
    private func talkFigures() -> [Figure] {
        ledger.outcome.figures(p95: .below(5), p99: .below(10))
    }

    private func callFigures() -> [Figure] {
        [("message POST", said), ("history GET", read)].flatMap { name, log in
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
                Double(said.failures + read.failures + accepted.failures),
                "",
                must: .exactly(0)
            ),
        ]
    }

    private func uploadFigures(
        _ posted: [Uploading.Posted],
        since started: NIODeadline,
        cascade: Double
    ) -> [Figure] {
        let minutes = posted.map(\.ready).max().map { started.milliseconds(until: $0) / 60_000 }
        let rate = minutes.map { Double(posted.count) / $0 }
        let waits = Percentiles(posted.map(\.wait))
        let bare = 60_000 / cascade
        return [
            Figure("uploads a minute, \(plan.uploaders) at a time", rate, ""),
            Figure("201 to all variants ready, \(plan.uploaders) at a time: p95", waits.rank(95), "ms"),
            Figure("libvips alone, files a minute", bare, ""),
            Figure("uploads against libvips alone", rate.map { $0 / bare * 100 }, "%", aim: .above(90)),
        ]
    }
}
