import Fixtures
import SnugClient
import TestSupport

/// The routes that accept JSON from a signed-in person.
enum KeyedPost: CaseIterable {
    case room, directRoom, member, message, retry

    var status: Int { self == .retry ? 202 : 201 }

    /// The request in this world, and a different one with which the same key could be used.
    func request(in world: World, isOther: Bool = false) -> (path: String, body: JSON) {
        switch self {
        case .room: ("rooms", ["kind": "private", "name": isOther ? "Other" : "Once"])
        case .directRoom: ("rooms", ["kind": "direct", "user_id": .string(isOther ? world.eve.id : world.bob.id)])
        case .member:
            (world.path + "/members", ["user_id": .string(world.bob.id), "role": isOther ? "admin" : "member"])
        case .message: (world.path + "/messages", ["body": isOther ? "Other" : "Once"])
        case .retry: ("attachments/\(world.picture.id.text)/retry", isOther ? ["other": 1] : [:])
        }
    }

    /// Three people, a room of the first one, and a failed picture of hers.
    struct World: Sendable {
        let server: RunningServer
        let ada: Person
        let bob: Person
        let eve: Person
        let room: JSON
        let picture: JSON

        var path: String { "rooms/\(room.id.text)" }

        static func with(_ body: (World) async throws -> Void) async throws {
            try await withServer { server in
                let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
                // They share a room, so that one can add the other without an invitation.
                _ = try await ada.makeRoom("Lounge", with: [bob])
                let world = World(
                    server: server,
                    ada: ada,
                    bob: bob,
                    eve: try await server.register("eve"),
                    room: try await ada.makeRoom(),
                    picture: try await ada.settled(ada.upload(try Fixture.bytes("header-only.jpg")))
                )
                try await body(world)
            }
        }

        func post(_ post: KeyedPost, key: String = "key", isOther: Bool = false) async throws -> Answer {
            let request = post.request(in: self, isOther: isOther)
            return try await ada.post(request.path, request.body, key: key)
        }

        func rows() throws -> [String: Int] { try rowCounts(in: server.storage) }
    }
}
