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
