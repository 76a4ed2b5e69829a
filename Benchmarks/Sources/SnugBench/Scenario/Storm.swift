import NIOCore

/// People talk while others upload the dearest pictures that are allowed, without a pause.
struct Storm: Sendable {
    private static let scene = "storm: "
    private static let variety = 4

    let ground: Ground
    let plan: Plan

    private let said = CallLog()
    private let accepted = CallLog()

    func run() async throws -> [Figure] {
        ground.progress.say("preparing progressive pictures")
        let pictures = try await Photographs.prepare(Self.variety, of: .progressive24)
        let stage = try await ground.stage("storm", plan: plan, photographs: pictures)
        let village = try await Village.settle(rooms: plan.rooms, members: plan.members, on: stage)
        let kills = MemoryKills(cgroup: ground.confinement.cgroup)
        let figures = try await stage.sampler.sampling {
            try await stage.serving { server in try await measure(village, server, stage) }
        }
        return figures + [kills.figure(Self.scene)]
    }

    private func measure(_ village: Village, _ server: ServerProcess, _ stage: Stage) async throws -> [Figure] {
        let count = plan.messageCount(in: plan.stormSeconds)
        let ledger = DeliveryLedger(messages: count, rooms: plan.rooms, members: plan.members)
        let audience = try await Audience.gather(village, ledger: ledger, stage: stage)
        stage.progress.say("the storm: \(plan.stormSeconds) s")
        stage.sampler.enter(.loaded)
        let effort = Effort(cgroup: ground.confinement.cgroup)
        let talking = Talking(stage: stage, village: village, ledger: ledger, log: said)
        let uploaders = Uploaders(stage: stage, village: village, audience: audience, log: accepted)
        async let talk: Void = talking.run(count)
        async let uploads = uploaders.post(until: .now() + .seconds(Int64(plan.stormSeconds)))
        try await talk
        let posted = await uploads
        let shares = effort.shares
        // What is still on its way arrives now or never.
        try await Task.sleep(for: .seconds(2))
        let figures =
            ledger.outcome.figures(Self.scene) + [memory(stage.sampler), survival(server)]
            + uploadFigures(posted, shares) + [refusals()]
        await audience.leave()
        said.remarkFailures(of: "message", in: stage.progress)
        accepted.remarkFailures(of: "upload", in: stage.progress)
        return figures
    }
}

extension Storm {
    private func memory(_ sampler: MemorySampler) -> Figure {
        let peak = sampler.peak(of: .loaded)?.megabytes
        return Figure(Self.scene + "memory peak, page cache apart", peak, "MB", must: .below(512))
    }

    private func survival(_ server: ServerProcess) -> Figure {
        Figure(Self.scene + "servers that ended", server.isRunning ? 0 : 1, "", must: .exactly(0))
    }

    private func uploadFigures(_ posted: [Uploading.Posted], _ shares: Effort.Shares) -> [Figure] {
        let waits = Percentiles(posted.map(\.wait))
        return [
            Figure(
                Self.scene + "pictures made ready",
                Double(posted.count),
                "",
                must: .above(0),
                details: [Detail("201 to ready p95", waits.rank(95), "ms")] + shares.details
            ),
            Figure(Self.scene + "pictures failed", Double(accepted.failures), "", must: .exactly(0)),
        ]
    }

    /// Nobody waits for a message that was refused, so it is not among those that were lost.
    private func refusals() -> Figure {
        Figure(Self.scene + "messages refused", Double(said.failures), "", must: .exactly(0))
    }
}
