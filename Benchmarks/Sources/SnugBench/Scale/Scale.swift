import Foundation
import NIOCore

/// How far each single thing goes, with nothing else to do.
struct Scale: Sendable {
    private static let syncs = 200

    let ground: Ground
    let scenes: [Part]

    func run() async throws -> [Figure] {
        let product = try await ground.product("scale", sockets: Town.people, roomMembers: Town.members)
        ground.progress.say("filling the database with \(Town.people) people and \(Town.messages) messages")
        let theatre = Theatre(
            product: product,
            loop: ground.group.next(),
            progress: ground.progress,
            town: try await Town.settle(product, group: ground.group)
        )
        var figures = [try disk(product)]
        for scene in scenes { figures += try await ground.play(scene) { try await self.figures(of: scene, theatre) } }
        return figures
    }

    private func disk(_ product: Product) throws -> Figure {
        let syncs = try Disk.syncs(Self.syncs, in: product.storage.path)
        return Figure(
            "a synced write to this disk: median",
            syncs.median,
            "ms",
            details: [Detail("p99", syncs.rank(99), "ms")]
        )
    }

    private func figures(of scene: Part, _ theatre: Theatre) async throws -> [Figure] {
        switch scene {
        case .history: try await History(theatre: theatre).run()
        case .storing: try await Storing(theatre: theatre).run()
        case .room: try await OneRoom(theatre: theatre).run()
        case .crowd: try await Crowd(theatre: theatre).run()
        case .slow: try await SlowReaders(theatre: theatre).run()
        case .budget, .pictures, .uploads, .storm, .scale: []
        }
    }
}
