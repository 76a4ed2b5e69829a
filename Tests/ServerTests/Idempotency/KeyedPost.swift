import Fixtures
import SnugClient
import TestSupport

/// The routes that take JSON from somebody who is signed in.
enum KeyedPost: CaseIterable {
    case room, directRoom, member, message, retry

    var status: Int { self == .retry ? 202 : 201 }

    /// The request in this world, and another that could come with the same key.
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

    /// Three people, a room of the first, and a picture of hers that failed.
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
                // They know each other, so that one may add the other at once.
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
