/// What each kind of picture costs over the bare cascade of the same file, with nothing else to do.
struct PictureCosts: Sendable {
    /// Different pictures of each kind.
    private static let variety = 4

    let ground: Ground
    let plan: Plan

    func run() async throws -> [Figure] {
        var stage = try await ground.stage("pictures", plan: plan, photographs: [])
        let village = try await Village.settle(rooms: 1, members: 1, on: stage)
        let ledger = DeliveryLedger(messages: 0, rooms: 1, members: 1)
        return try await stage.serving { server in
            let audience = try await Audience.gather(village, ledger: ledger, stage: stage)
            var figures: [Figure] = []
            for kind in PictureKind.allCases {
                stage.progress.say("preparing pictures: \(kind.title)")
                stage.photographs = try await Photographs.prepare(Self.variety, of: kind)
                figures += try await PictureTrial(
                    kind: kind,
                    stage: stage,
                    server: server,
                    room: village.rooms[0],
                    watch: audience.watches[0]
                ).run()
            }
            await audience.leave()
            return figures
        }
    }
}
