/// What each kind of picture costs beyond the baseline for the same file, with nothing else going on.
struct PictureCosts: Sendable {
    /// Different pictures of each kind.
    private static let variety = 4

    let environment: Environment
    let plan: Plan

    func run() async throws -> [Figure] {
        var session = try await environment.session("pictures", plan: plan, photographs: [])
        let population = try await Population.insert(rooms: 1, members: 1, for: session)
        let ledger = DeliveryLedger(messages: 0, rooms: 1, members: 1)
        return try await session.serving { server in
            let subscribers = try await Subscribers.connect(population, ledger: ledger, session: session)
            var figures: [Figure] = []
            for kind in PictureKind.allCases {
                session.progress.report("preparing pictures: \(kind.title)")
                session.photographs = try await Photographs.prepare(Self.variety, of: kind)
                figures += try await PictureTrial(
                    kind: kind,
                    session: session,
                    server: server,
                    room: population.rooms[0],
                    watch: subscribers.watches[0]
                ).run()
            }
            await subscribers.disconnect()
            return figures
        }
    }
}
