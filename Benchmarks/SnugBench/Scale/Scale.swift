import Foundation
import NIOCore

/// The limit of each single operation, with nothing else going on.
struct Scale: Sendable {
    private static let syncs = 200

    let environment: Environment
    let parts: [Part]

    func run() async throws -> [Figure] {
        let product = try await environment.product(
            "scale",
            sockets: Dataset.userCount,
            roomMembers: Dataset.membersPerRoom
        )
        environment.progress.report(
            "filling the database with \(Dataset.userCount) users and \(Dataset.messageCount) messages"
        )
        let fixture = ScaleFixture(
            product: product,
            loop: environment.group.next(),
            progress: environment.progress,
            dataset: try await Dataset.insert(into: product, group: environment.group)
        )
        var figures = [try disk(product)]
        for part in parts { figures += try await environment.run(part) { try await self.figures(of: part, fixture) } }
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

    private func figures(of part: Part, _ fixture: ScaleFixture) async throws -> [Figure] {
        switch part {
        case .history: try await History(fixture: fixture).run()
        case .storing: try await Storing(fixture: fixture).run()
        case .room: try await OneRoom(fixture: fixture).run()
        case .crowd: try await ConnectionScale(fixture: fixture).run()
        case .slow: try await SlowReaders(fixture: fixture).run()
        case .resume: try await Resuming(fixture: fixture).run()
        case .budget, .pictures, .uploads, .storm, .load, .scale: []
        }
    }
}
