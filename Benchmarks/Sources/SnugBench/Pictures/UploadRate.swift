import NIOCore

/// How many photographs a minute become ready when nothing else goes on, against the bare cascade of the same files: in
/// turn, so that what else the machine does hits both.
struct UploadRate: Sendable {
    private static let scene = "uploads alone: "
    /// Of each file, in every round.
    private static let cascadeRounds = 2

    /// One round, in photographs a minute.
    private struct Sample {
        let snug: Double
        let cascade: Double
        let shares: Effort.Shares
    }

    let ground: Ground
    let plan: Plan

    private let accepted = CallLog()

    func run() async throws -> [Figure] {
        ground.progress.say("preparing the photographs")
        let photographs = try await Photographs.prepare(max(6, plan.uploaders), of: .jpeg12)
        let stage = try await ground.stage("uploads", plan: plan, photographs: photographs)
        let village = try await Village.settle(rooms: plan.uploaders, members: 1, on: stage)
        return try await stage.sampler.sampling {
            try await stage.serving { _ in try await measure(village, stage) }
        }
    }

    private func measure(_ village: Village, _ stage: Stage) async throws -> [Figure] {
        let ledger = DeliveryLedger(messages: 0, rooms: plan.uploaders, members: 1)
        let audience = try await Audience.gather(village, ledger: ledger, stage: stage)
        let uploaders = Uploaders(stage: stage, village: village, audience: audience, log: accepted)
        stage.sampler.enter(.loaded)
        var samples: [Sample] = []
        for round in 1...plan.uploadRounds {
            stage.progress.say("uploads alone, round \(round) of \(plan.uploadRounds): \(plan.uploadSeconds) s")
            try Task.checkCancellation()
            samples.append(try await sample(uploaders))
        }
        await audience.leave()
        accepted.remarkFailures(of: "upload", in: stage.progress)
        return figures(samples, stage.sampler)
    }

    private func sample(_ uploaders: Uploaders) async throws -> Sample {
        let before = try await cascadeTime(uploaders.stage)
        let started = NIODeadline.now()
        let effort = Effort(cgroup: ground.confinement.cgroup)
        let posted = await uploaders.post(until: started + .seconds(Int64(plan.uploadSeconds)))
        let shares = effort.shares
        let milliseconds = posted.map(\.ready).max().map { started.milliseconds(until: $0) } ?? .nan
        let after = try await cascadeTime(uploaders.stage)
        return Sample(
            snug: Double(posted.count) / milliseconds * 60_000,
            cascade: 60_000 / ((before + after) / 2),
            shares: shares
        )
    }

    /// Milliseconds for one photograph, on average.
    private func cascadeTime(_ stage: Stage) async throws -> Double {
        Percentiles(try await stage.cascade.measure(stage.photographs, rounds: Self.cascadeRounds).map(\.wall)).mean
    }

    private func figures(_ samples: [Sample], _ sampler: MemorySampler) -> [Figure] {
        func median(_ value: (Sample) -> Double) -> Double {
            Percentiles(samples.map(value).filter(\.isFinite)).median
        }
        return [
            Figure(
                Self.scene + "photographs a minute, \(plan.uploaders) at a time",
                median(\.snug),
                "",
                details: [
                    Detail("libvips", median(\.cascade)),
                    Detail("core", median { $0.shares.product }, "%"),
                    Detail("generator", median { $0.shares.load }, "%"),
                ]
            ),
            Figure(
                Self.scene + "photographs against libvips alone",
                median { $0.snug / $0.cascade * 100 },
                "%",
                aim: .above(90)
            ),
            Figure(Self.scene + "request to 201: p95", accepted.latencies.rank(95), "ms"),
            Figure(
                Self.scene + "memory peak, page cache apart",
                sampler.peak(of: .loaded)?.megabytes,
                "MB",
                must: .below(512),
                aim: .below(116)
            ),
            Figure(Self.scene + "photographs failed", Double(accepted.failures), "", must: .exactly(0)),
        ]
    }
}
