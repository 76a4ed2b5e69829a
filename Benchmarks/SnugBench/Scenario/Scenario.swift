import Foundation
import NIOCore

/// The steps of `budget`: users register, the server idles, single uploads are timed, and then the load begins.
struct Scenario: Sendable {
    let session: Session

    private var plan: Plan { session.plan }

    func run() async throws -> [Figure] {
        let kills = MemoryKills(cgroup: session.product.confinement.cgroup)
        let population = try await registerPopulation()
        return try await session.serving { server in try await measure(population, server) } + [kills.figure()]
    }

    /// Uses a server of its own, so that memory left from hashing passwords is not counted as idle memory.
    private func registerPopulation() async throws -> Population {
        session.progress.report("registering \(plan.sockets) users; each password is hashed with scrypt")
        return try await session.serving { _ in try await Population.register(for: session) }
    }

    private func measure(_ population: Population, _ server: ServerProcess) async throws -> [Figure] {
        session.sampler.enter(.idle)
        let memory = IdleMemory(server: server, session: session)
        let idle = try await memory.withoutSockets()
        let ledger = DeliveryLedger(
            messages: plan.messageCount(in: plan.seconds),
            rooms: plan.rooms,
            members: plan.members
        )
        let subscribers = try await Subscribers.connect(population, ledger: ledger, session: session)
        let connected = try await memory.withSockets()
        let single = try await SingleUploads(session: session, population: population, subscribers: subscribers).run()
        session.sampler.enter(.loaded)
        let loaded = try await Load(
            session: session,
            population: population,
            subscribers: subscribers,
            ledger: ledger,
            baseline: single.baseline
        ).run()
        await subscribers.disconnect()
        return memoryFigures() + idle + connected + loaded + single.figures
    }

    private func memoryFigures() -> [Figure] {
        [
            Figure(
                "memory peak under load, page cache apart",
                session.sampler.peak(of: .loaded)?.megabytes,
                "MB",
                must: .below(512),
                aim: .below(116)
            ),
            Figure(
                "memory peak while people register",
                session.sampler.peak(of: .preparing)?.megabytes,
                "MB",
                must: .below(512)
            ),
        ]
    }
}

extension Int {
    /// In units of a million bytes.
    var megabytes: Double { Double(self) / 1e6 }
}
