import Foundation
import NIOCore
import SnugClient

/// What all parts of a run share.
struct Environment: Sendable {
    let programs: URL
    /// Removed after the run.
    let folder: URL
    let confinement: Confinement
    let group: any EventLoopGroup
    let progress: Progress

    /// Runs a part. If it fails, the figures of the others are kept.
    func run(_ part: Part, _ measure: () async throws -> [Figure]) async throws -> [Figure] {
        do {
            return try await measure()
        } catch let error as CancellationError {
            throw error
        } catch {
            progress.remark("\(part.rawValue) failed: \(error)")
            return [Figure("\(part.rawValue), to its end", nil, "", must: .exactly(1))]
        }
    }

    func session(_ name: String, plan: Plan, photographs: [Photograph]) async throws -> Session {
        Session(
            plan: plan,
            product: try await product(name, sockets: plan.sockets, roomMembers: plan.members),
            group: group,
            progress: progress,
            sampler: MemorySampler(cgroup: confinement.cgroup),
            photographs: photographs,
            baseline: Baseline(program: URL(filePath: ".build/snug-bench-baseline"), confinement: confinement)
        )
    }

    /// The product with a storage of its own.
    func product(_ name: String, sockets: Int, roomMembers: Int) async throws -> Product {
        Product(
            programs: programs,
            storage: folder.appending(path: name),
            log: folder.appending(path: "\(name).log"),
            site: Site(port: try await findFreePort(group: group)),
            confinement: confinement,
            sockets: sockets,
            roomMembers: roomMembers
        )
    }
}
