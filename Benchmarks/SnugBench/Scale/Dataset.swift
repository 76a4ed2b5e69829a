import NIOCore
import SnugClient

/// Thousands of users in rooms, and one room with a long history. Written directly into the database by `populate.py`.
struct Dataset: Sendable {
    static let roomCount = 50
    static let membersPerRoom = 100
    static let userCount = roomCount * membersPerRoom
    /// Messages in the room with the history.
    static let messageCount = 100_000

    /// Each user is in one of them.
    let rooms: [Room]
    /// Its members are in none of the other rooms.
    let historyRoom: Room

    /// Creates the database with a server of its own, and fills it.
    static func insert(
        into product: Product,
        rooms: Int = roomCount,
        members: Int = membersPerRoom,
        messages: Int = messageCount,
        group: any EventLoopGroup
    ) async throws -> Dataset {
        let server = try await ServerProcess.start(product, group: group)
        await server.stop()
        let output = try await Command.run([
            "/usr/bin/python3", "Benchmarks/populate.py", product.storage.appending(path: "snug.sqlite").path,
            "--rooms", "\(rooms)", "--members", "\(members)", "--messages", "\(messages)",
        ])
        let json = try JSON(parsing: output.utf8)
        return Dataset(
            rooms: json.rooms.elements.map { Room($0, at: product.site) },
            historyRoom: Room(json.history_room, at: product.site)
        )
    }
}

extension Room {
    fileprivate init(_ json: JSON, at site: Site) {
        id = json.id.text
        members = json.members.elements.map {
            Person(site: site, id: $0.id.text, name: $0.name.text, token: $0.token.text)
        }
    }
}
