import Foundation
import NIOCore
import SnugClient

/// People who chat, against limits that they would notice: the load of `deploy/load/chat.js`.
struct PeopleLoad: Sendable {
    private static let part = "people: "
    private static let roomSize = 20

    let environment: Environment
    let plan: Plan

    private let calls = CallLog()

    func run() async throws -> [Figure] {
        environment.progress.report("preparing the photographs")
        let photographs = try await Photographs.prepare(4, of: .jpeg12)
        let session = try await environment.session("people", plan: roomPlan, photographs: photographs)
        let population = try await Population.insert(
            rooms: roomPlan.rooms,
            members: roomPlan.members,
            for: session
        )
        let kills = MemoryKills(cgroup: environment.confinement.cgroup)
        let figures = try await session.sampler.sampling {
            try await session.serving { _ in try await measure(population, session) }
        }
        return figures + [kills.figure(Self.part)]
    }

    private var roomPlan: Plan {
        var plan = plan
        plan.members = min(Self.roomSize, plan.people)
        plan.rooms = (plan.people + plan.members - 1) / plan.members
        return plan
    }

    private func measure(_ population: Population, _ session: Session) async throws -> [Figure] {
        let people = population.rooms.flatMap { room in room.members.map { (room: room, person: $0) } }
        session.progress.report("\(people.count) people chat for \(plan.loadSeconds) s")
        session.sampler.enter(.loaded)
        let before = try await reading(session)
        let (started, cpuTime) = (NIODeadline.now(), CPUTime(cgroup: environment.confinement.cgroup))
        let end = started + .seconds(Int64(plan.loadSeconds))
        let deliveries = CallLog()
        try await withThrowingTaskGroup { tasks in
            for (number, member) in people.enumerated() {
                let delay = Double(number) / Double(people.count) * Double(Visitor.pause.nanoseconds)
                let visitor = Visitor(
                    number,
                    member.person,
                    in: member.room,
                    session,
                    calls: calls,
                    deliveries: deliveries
                )
                tasks.addTask { try await visitor.run(from: started + .nanoseconds(Int64(delay)), until: end) }
            }
            try await tasks.waitForAll()
        }
        let shares = cpuTime.shares
        let seconds = started.milliseconds(until: .now()) / 1000
        let after = try await reading(session)
        calls.remarkFailures(of: "call", in: session.progress)
        deliveries.remarkFailures(of: "delivery", in: session.progress)
        let use = before.flatMap { before in after.map { ServerUse(from: before, to: $0, seconds: seconds) } }
        if use == nil { session.progress.remark("the server has no GET /metrics: two figures are not available") }
        return callFigures(deliveries) + useFigures(use) + [memory(session.sampler, shares)]
    }

    /// Nil where the server has no metrics.
    private func reading(_ session: Session) async throws -> MetricsReading? {
        let answer = try await session.withConnection { try await $0.send(.GET, "/metrics") }
        return answer.status == 200 ? MetricsReading(answer.text) : nil
    }
}

extension PeopleLoad {
    private func callFigures(_ deliveries: CallLog) -> [Figure] {
        let (answered, failed) = (Double(calls.count), Double(calls.failures))
        return [
            Figure(
                Self.part + "all requests: p95",
                calls.latencies.rank(95),
                "ms",
                must: .below(500),
                details: [Detail("p50", calls.latencies.median, "ms"), Detail("requests", answered)]
            ),
            Figure(Self.part + "requests that failed", failed / (answered + failed) * 100, "%", must: .below(1)),
            Figure(
                Self.part + "message, from posting to the own socket: p95",
                deliveries.latencies.rank(95),
                "ms",
                must: .below(500)
            ),
            Figure(Self.part + "messages that did not arrive", Double(deliveries.failures), "", must: .exactly(0)),
        ]
    }

    private func useFigures(_ use: ServerUse?) -> [Figure] {
        [
            // The time of a commit includes the wait for the disk, so this is the most that it can be.
            Figure(
                Self.part + "database, of the core, at most",
                use?.databaseShare,
                "%",
                must: use?.databaseShare.map { _ in .below(70) }
            ),
            Figure(
                Self.part + "look-ups that the caches answered",
                use?.cacheHits,
                "%",
                must: use?.cacheHits.map { _ in .above(85) }
            ),
        ]
    }

    private func memory(_ sampler: MemorySampler, _ shares: CPUTime.Shares) -> Figure {
        let peak = sampler.peak(of: .loaded)?.megabytes
        let name = Self.part + "memory peak, page cache apart"
        return Figure(name, peak, "MB", must: .below(512), details: shares.details)
    }
}

/// What the server used between two readings of its metrics.
struct ServerUse: Sendable {
    /// Time in operations and commits of the database, in percent of the time that passed; nil where it is not measured.
    let databaseShare: Double?
    /// Percent; nil where it is not measured, or nothing was looked up.
    let cacheHits: Double?

    init(from before: MetricsReading, to after: MetricsReading, seconds: Double) {
        func growth(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            guard let now = after.sum(name, labels) else { return nil }
            return now - (before.sum(name, labels) ?? 0)
        }
        let operations = growth("snug_database_operation_seconds_sum")
        let commits = growth("snug_commit_seconds_sum")
        databaseShare = operations.flatMap { operations in commits.map { (operations + $0) / seconds * 100 } }
        let hits = growth("snug_cache_requests_total", ["result": "hit"])
        let misses = growth("snug_cache_requests_total", ["result": "miss"])
        if let hits, let misses, hits + misses > 0 {
            cacheHits = hits / (hits + misses) * 100
        } else {
            cacheHits = nil
        }
    }
}
