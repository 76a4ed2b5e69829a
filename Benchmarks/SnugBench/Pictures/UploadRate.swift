import NIOCore

/// Photographs per minute that become ready with nothing else going on, relative to the baseline for the same files. Both
/// are measured in turn, so that other load on the machine affects both.
struct UploadRate: Sendable {
    private static let part = "uploads alone: "
    /// For each file, in every round.
    private static let baselineRounds = 2

    /// One round, in photographs per minute.
    private struct Sample {
        let snug: Double
        let baseline: Double
        let shares: CPUTime.Shares
    }

    let environment: Environment
    let plan: Plan

    private let accepted = CallLog()

    func run() async throws -> [Figure] {
        environment.progress.report("preparing the photographs")
        let photographs = try await Photographs.prepare(max(6, plan.uploaders), of: .jpeg12)
        let session = try await environment.session("uploads", plan: plan, photographs: photographs)
        let population = try await Population.insert(rooms: plan.uploaders, members: 1, for: session)
        return try await session.sampler.sampling {
            try await session.serving { _ in try await measure(population, session) }
        }
    }

    private func measure(_ population: Population, _ session: Session) async throws -> [Figure] {
        let ledger = DeliveryLedger(messages: 0, rooms: plan.uploaders, members: 1)
        let subscribers = try await Subscribers.connect(population, ledger: ledger, session: session)
        let uploaders = Uploaders(session: session, population: population, subscribers: subscribers, log: accepted)
        session.sampler.enter(.loaded)
        var samples: [Sample] = []
        for round in 1...plan.uploadRounds {
            session.progress.report("uploads alone, round \(round) of \(plan.uploadRounds): \(plan.uploadSeconds) s")
            try Task.checkCancellation()
            samples.append(try await sample(uploaders))
        }
        await subscribers.disconnect()
        accepted.remarkFailures(of: "upload", in: session.progress)
        return figures(samples, session.sampler)
    }

    private func sample(_ uploaders: Uploaders) async throws -> Sample {
        let before = try await baselineTime(uploaders.session)
        let started = NIODeadline.now()
        let cpuTime = CPUTime(cgroup: environment.confinement.cgroup)
        let posted = await uploaders.post(until: started + .seconds(Int64(plan.uploadSeconds)))
        let shares = cpuTime.shares
        let milliseconds = posted.map(\.ready).max().map { started.milliseconds(until: $0) } ?? .nan
        let after = try await baselineTime(uploaders.session)
        return Sample(
            snug: Double(posted.count) / milliseconds * 60_000,
            baseline: 60_000 / ((before + after) / 2),
            shares: shares
        )
    }

    /// Milliseconds for one photograph, on average.
    private func baselineTime(_ session: Session) async throws -> Double {
        Percentiles(try await session.baseline.measure(session.photographs, rounds: Self.baselineRounds).map(\.wall))
            .mean
    }

    private func figures(_ samples: [Sample], _ sampler: MemorySampler) -> [Figure] {
        func median(_ value: (Sample) -> Double) -> Double {
            Percentiles(samples.map(value).filter(\.isFinite)).median
        }
        return [
            Figure(
                Self.part + "photographs a minute, \(plan.uploaders) at a time",
                median(\.snug),
                "",
                details: [
                    Detail("libvips", median(\.baseline)),
                    Detail("core", median { $0.shares.product }, "%"),
                    Detail("generator", median { $0.shares.load }, "%"),
                ]
            ),
            Figure(
                Self.part + "photographs against libvips alone",
                median { $0.snug / $0.baseline * 100 },
                "%",
                aim: .above(90)
            ),
            Figure(Self.part + "request to 201: p95", accepted.latencies.rank(95), "ms"),
            Figure(
                Self.part + "memory peak, page cache apart",
                sampler.peak(of: .loaded)?.megabytes,
                "MB",
                must: .below(512),
                aim: .below(116)
            ),
            Figure(Self.part + "photographs failed", Double(accepted.failures), "", must: .exactly(0)),
        ]
    }
}
