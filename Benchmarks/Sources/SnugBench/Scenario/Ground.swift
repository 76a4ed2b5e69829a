import Foundation
import NIOCore

/// What every part of a run stands on.
struct Ground: Sendable {
    let programs: URL
    /// Removed after the run.
    let folder: URL
    let confinement: Confinement
    let group: any EventLoopGroup
    let progress: Progress

    /// A part that breaks must not take the others' figures with it.
    func play(_ part: Part, _ act: () async throws -> [Figure]) async throws -> [Figure] {
        do {
            return try await act()
        } catch let error as CancellationError {
            throw error
        } catch {
            progress.remark("\(part.rawValue) broke off: \(error)")
            return [Figure("\(part.rawValue), to its end", nil, "", must: .exactly(1))]
        }
    }

    func stage(_ name: String, plan: Plan, photographs: [Photograph]) async throws -> Stage {
        Stage(
            plan: plan,
            product: try await product(name, sockets: plan.sockets, roomMembers: plan.members),
            group: group,
            progress: progress,
            sampler: MemorySampler(cgroup: confinement.cgroup),
            photographs: photographs,
            cascade: Cascade(program: URL(filePath: "Benchmarks/.build/cascade"), confinement: confinement)
        )
    }

    /// The product with a storage of its own.
    func product(_ name: String, sockets: Int, roomMembers: Int) async throws -> Product {
        Product(
            programs: programs,
            storage: folder.appending(path: name),
            log: folder.appending(path: "\(name).log"),
            port: try await findFreePort(group: group),
            confinement: confinement,
            sockets: sockets,
            roomMembers: roomMembers
        )
    }
}
