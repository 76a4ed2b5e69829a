/// The load for which the product's budget is defined.
struct Budget: Sendable {
    let environment: Environment
    let plan: Plan

    func run() async throws -> [Figure] {
        environment.progress.report("preparing the photographs")
        let photographs = try await Photographs.prepare(max(6, plan.uploaders), of: .jpeg12)
        let session = try await environment.session("budget", plan: plan, photographs: photographs)
        return try await session.sampler.sampling { try await Scenario(session: session).run() }
    }
}
