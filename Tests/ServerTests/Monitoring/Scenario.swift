import Fixtures
import SnugClient
import TestSupport

/// A little of everything that is measured.
struct Scenario {
    let site: Site

    /// - Parameter name: Part of the names of people, rooms, messages and files, so that no two runs have any in common.
    func run(_ name: String) async throws {
        let ada = try await site.register("ada\(name)")
        let bob = try await site.register("bob\(name)")
        let room = try await ada.makeRoom("Room \(name)", with: [bob])
        let socket = try await bob.listen()
        let stream = try await bob.stream()
        _ = try await stream.next("welcome")
        _ = try await ada.say("Words \(name)", in: room)
        _ = try await socket.next("message.created")
        _ = try await stream.next("message.created")
        let cursor = try await bob.poll().cursor.text
        async let polled = bob.poll(after: cursor, wait: 20)
        let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg"), named: "\(name).jpg"))
        _ = try await ada.say("A picture \(name)", in: room, with: [picture])
        _ = try await polled
        _ = try await socket.next("message.created")
        for _ in 0..<2 { _ = try await bob.get("rooms/\(room.id.text)/messages").expect(200) }
        _ = try await site.send(.GET, picture.variants.thumbnail.url.text).expect(200)
        _ = try await ada.get("attachments/\(picture.id.text)/original").expect(200)
        _ = try await ada.upload([1, 2, 3], named: "plain \(name)")
        _ = try await ada.postAttachment([], named: "empty \(name)").expect(422)
        _ = try await ada.postMessage("Nowhere \(name)", in: "not-a-room").expect(404)
        _ = try await site.send(.PATCH, "/\(name)")
        try await socket.close()
        stream.close()
    }
}
