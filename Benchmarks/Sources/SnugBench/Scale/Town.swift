import Foundation
import NIOCore

/// Thousands of people in rooms, and one room with a long history. Written straight into the database by `settle.py`.
struct Town: Decodable, Sendable {
    static let rooms = 50
    static let members = 100
    static let people = rooms * members
    /// In the library.
    static let messages = 100_000

    /// Rooms in which people talk; each person is in one.
    let halls: [Room]
    /// The room with the history; nobody in it is in a hall.
    let library: Room

    /// A server makes the database first, and ends.
    static func settle(
        _ product: Product,
        rooms: Int = rooms,
        members: Int = members,
        messages: Int = messages,
        group: any EventLoopGroup
    ) async throws -> Town {
        let server = try await ServerProcess.start(product, group: group)
        await server.stop()
        let output = try await Command.run([
            "/usr/bin/python3", "Benchmarks/settle.py", product.storage.appending(path: "snug.sqlite").path,
            "--rooms", "\(rooms)", "--members", "\(members)", "--messages", "\(messages)",
        ])
        return try JSONDecoder().decode(Town.self, from: Data(output.utf8))
    }
}
