import NIOCore

/// Messages while others upload, without a pause, the pictures that cost the most.
struct MixedLoad: Sendable {
    private static let part = "storm: "
    private static let variety = 4

    let environment: Environment
    let plan: Plan

    private let posted = CallLog()
    private let accepted = CallLog()

    func run() async throws -> [Figure] {
        environment.progress.report("preparing progressive pictures")
        let pictures = try await Photographs.prepare(Self.variety, of: .progressive24)
        let session = try await environment.session("storm", plan: plan, photographs: pictures)
        let population = try await Population.insert(rooms: plan.rooms, members: plan.members, for: session)
        let kills = MemoryKills(cgroup: environment.confinement.cgroup)
        let figures = try await session.sampler.sampling {
            try await session.serving { server in try await measure(population, server, session) }
        }
        return figures + [kills.figure(Self.part)]
    }

    private func measure(_ population: Population, _ server: ServerProcess, _ session: Session) async throws -> [Figure]
    {
        let count = plan.messageCount(in: plan.stormSeconds)
        let ledger = DeliveryLedger(messages: count, rooms: plan.rooms, members: plan.members)
        let subscribers = try await Subscribers.connect(population, ledger: ledger, session: session)
        session.progress.report("the storm: \(plan.stormSeconds) s")
        session.sampler.enter(.loaded)
        let cpuTime = CPUTime(cgroup: environment.confinement.cgroup)
        let messages = PostedMessages(session: session, population: population, ledger: ledger, log: posted)
        let uploaders = Uploaders(session: session, population: population, subscribers: subscribers, log: accepted)
        async let posting: Void = messages.run(count)
        async let uploads = uploaders.post(until: .now() + .seconds(Int64(plan.stormSeconds)))
        try await posting
        let ready = await uploads
        let shares = cpuTime.shares
        // Deliveries on their way have two seconds to arrive.
        try await Task.sleep(for: .seconds(2))
        let figures =
            ledger.outcome.figures(Self.part) + [memory(session.sampler), earlyExit(server)]
            + uploadFigures(ready, shares) + [refusals()]
        await subscribers.disconnect()
        posted.remarkFailures(of: "message", in: session.progress)
        accepted.remarkFailures(of: "upload", in: session.progress)
        return figures
    }
}

extension MixedLoad {
    private func memory(_ sampler: MemorySampler) -> Figure {
        let peak = sampler.peak(of: .loaded)?.megabytes
        return Figure(Self.part + "memory peak, page cache apart", peak, "MB", must: .below(512))
    }

    private func earlyExit(_ server: ServerProcess) -> Figure {
        Figure(Self.part + "servers that ended", server.isRunning ? 0 : 1, "", must: .exactly(0))
    }

    private func uploadFigures(_ posted: [Uploading.Posted], _ shares: CPUTime.Shares) -> [Figure] {
        let waits = Percentiles(posted.map(\.wait))
        return [
            Figure(
                Self.part + "pictures made ready",
                Double(posted.count),
                "",
                must: .above(0),
                details: [Detail("201 to ready p95", waits.rank(95), "ms")] + shares.details
            ),
            Figure(Self.part + "pictures failed", Double(accepted.failures), "", must: .exactly(0)),
        ]
    }

    /// No delivery of a refused message is awaited, so it does not count as lost.
    private func refusals() -> Figure {
        Figure(Self.part + "messages refused", Double(posted.failures), "", must: .exactly(0))
    }
}
