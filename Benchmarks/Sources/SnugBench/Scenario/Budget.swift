import Foundation
import NIOCore

/// The first part of a run: the load that the product's budget is defined for.
struct Budget: Sendable {
    let ground: Ground
    let plan: Plan

    func run() async throws -> [Figure] {
        ground.progress.say("preparing the photographs")
        let photographs = try await Photographs.prepare(
            max(6, plan.uploaders),
            maker: URL(filePath: "Scripts/make-photograph"),
            folder: URL(filePath: "Benchmarks/.build/photographs")
        )
        let confinement = ground.confinement
        let sampler = MemorySampler { server in
            guard let cgroup = confinement.cgroup else {
                return server.flatMap { try? ProcessMemory.anonymousOfFamily(processID: $0) }
            }
            return try? cgroup.memory()
        }
        let stage = Stage(
            plan: plan,
            product: try await ground.product("budget", sockets: plan.sockets, roomMembers: plan.members),
            group: ground.group,
            progress: ground.progress,
            sampler: sampler,
            photographs: photographs,
            cascade: Cascade(program: URL(filePath: "Benchmarks/.build/cascade"), confinement: confinement)
        )
        return try await sampled(stage)
    }

    private func sampled(_ stage: Stage) async throws -> [Figure] {
        try await withThrowingTaskGroup(of: [Figure]?.self) { tasks in
            tasks.addTask {
                await stage.sampler.run()
                return nil
            }
            tasks.addTask { try await Scenario(stage: stage).run() }
            defer { tasks.cancelAll() }
            while let figures = try await tasks.next() {
                if let figures { return figures }
            }
            return []
        }
    }
}
