/// The load that the product's budget is defined for.
struct Budget: Sendable {
    let ground: Ground
    let plan: Plan

    func run() async throws -> [Figure] {
        ground.progress.say("preparing the photographs")
        let photographs = try await Photographs.prepare(max(6, plan.uploaders), of: .jpeg12)
        let stage = try await ground.stage("budget", plan: plan, photographs: photographs)
        return try await stage.sampler.sampling { try await Scenario(stage: stage).run() }
    }
}
