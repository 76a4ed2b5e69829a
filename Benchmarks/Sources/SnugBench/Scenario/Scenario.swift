import Foundation
import NIOCore

/// The whole run: people register, the server rests, single uploads are timed, then the load comes.
struct Scenario: Sendable {
    let stage: Stage

    private var plan: Plan { stage.plan }

    func run() async throws -> [Figure] {
        let kills = MemoryKills(cgroup: stage.product.confinement.cgroup)
        let village = try await foundVillage()
        return try await stage.serving { server in try await measure(village, server) } + [kills.figure()]
    }

    /// Uses a server of its own, so that what hashing passwords leaves in its memory is not counted as its idle size.
    private func foundVillage() async throws -> Village {
        stage.progress.say("registering \(plan.sockets) people; each password is hashed with scrypt")
        return try await stage.serving { _ in
            try await Village.found(plan, port: stage.product.port, group: stage.group, progress: stage.progress)
        }
    }

    private func measure(_ village: Village, _ server: ServerProcess) async throws -> [Figure] {
        stage.sampler.enter(.resting)
        let rest = Rest(server: server, stage: stage)
        let idle = try await rest.idle()
        let ledger = DeliveryLedger(
            messages: plan.messageCount(in: plan.seconds),
            rooms: plan.rooms,
            members: plan.members
        )
        let audience = try await Audience.gather(village, ledger: ledger, stage: stage)
        let crowded = try await rest.withSockets()
        let single = try await SingleUploads(stage: stage, village: village, audience: audience).run()
        stage.sampler.enter(.loaded)
        let loaded = try await Load(
            stage: stage,
            village: village,
            audience: audience,
            ledger: ledger,
            cascade: single.cascade
        ).run()
        await audience.leave()
        return memoryFigures() + idle + crowded + loaded + single.figures
    }

    private func memoryFigures() -> [Figure] {
        [
            Figure(
                "memory peak under load, page cache apart",
                stage.sampler.peak(of: .loaded)?.megabytes,
                "MB",
                must: .below(512),
                aim: .below(116)
            ),
            Figure(
                "memory peak while people register",
                stage.sampler.peak(of: .preparing)?.megabytes,
                "MB",
                must: .below(512)
            ),
        ]
    }
}

extension Int {
    /// Of a million bytes.
    var megabytes: Double { Double(self) / 1e6 }
}
