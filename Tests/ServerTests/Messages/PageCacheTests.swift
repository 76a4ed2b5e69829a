import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Cached pages of history", .timeLimit(.standard))
struct PageCacheTests {
    private let room = Room.ID.random()
    private let cache = PageCache()

    private func key(_ room: Room.ID, limit: Int = 50, week: Int = 1) -> PageCache.Key {
        PageCache.Key(room: room, anchor: .newest, limit: limit, week: week)
    }

    private func page(_ bytes: Int) -> ByteBuffer {
        ByteBuffer(repeating: 0x20, count: bytes)
    }

    @Test("A page is cached for its exact query until the next event of the room")
    func remembered() {
        cache.insert(page(10), for: key(room), at: cache.version(of: room))
        #expect(cache[key(room)] == page(10))
        #expect(cache[key(room, limit: 49)] == nil)
        #expect(cache[key(room, week: 2)] == nil)
        #expect(cache[key(.random())] == nil)
        cache.invalidate([room])
        #expect(cache[key(room)] == nil)
    }

    @Test("A page that was read before an event is not cached after it")
    func outdated() {
        for invalidate in [{ self.cache.invalidate([self.room]) }, { self.cache.invalidateAll() }] {
            let moment = cache.version(of: room)
            invalidate()
            cache.insert(page(10), for: key(room), at: moment)
            #expect(cache[key(room)] == nil)
        }
    }

    @Test("I8: Cached pages are limited in bytes, and no single page takes all of them")
    func bounded() {
        let size = PageCache.capacity / 16
        let rooms = (0..<40).map { _ in Room.ID.random() }
        for room in rooms { cache.insert(page(size), for: key(room), at: cache.version(of: room)) }
        #expect(rooms.count { cache[key($0)] != nil } == 16)
        #expect(cache[key(rooms[39])] != nil)
        cache.insert(page(size + 1), for: key(room), at: cache.version(of: room))
        #expect(cache[key(room)] == nil)
        cache.invalidate(rooms)
        for room in rooms { cache.insert(page(size), for: key(room), at: cache.version(of: room)) }
        #expect(rooms.count { cache[key($0)] != nil } == 16)
    }

    @Test("I2: people read their own writes, however often the page was read before")
    func readsOwnWrites() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let newest = { try await ada.get("rooms/\(room.id.text)/messages").json.messages.elements.last }
            for number in 0..<20 {
                _ = try await newest()
                let message = try await ada.say("\(number)", in: room)
                #expect(try await newest() == message)
                let edited = try await ada.patch(ada.path(of: message), ["body": "edited"]).json
                #expect(try await newest() == edited)
                _ = try await ada.delete(ada.path(of: message))
                #expect(try await newest()?.body == "")
            }
        }
    }

    @Test("I7: a cached page is not shown to a person who has been removed")
    func removed() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let path = "rooms/\(room.id.text)/messages"
            _ = try await ada.say("Hello", in: room)
            _ = try await bob.get(path).expect(200)
            _ = try await ada.delete("rooms/\(room.id.text)/members/\(bob.id)").expect(204)
            #expect(try await bob.get(path).isProblem(404, "not_found"))
            #expect(try await bob.post("rooms/\(room.id.text)/typing").isProblem(404, "not_found"))
            try await ada.add(bob, to: room)
            _ = try await bob.get(path).expect(200)
            _ = try await ada.delete("rooms/\(room.id.text)").expect(204)
            for person in [ada, bob] { #expect(try await person.get(path).isProblem(404, "not_found")) }
        }
    }

    @Test("A new display name reaches cached pages")
    func renamed() async throws {
        try await withServer(internalLimits: { $0.backfillInterval = .milliseconds(10) }) { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            _ = try await ada.say("Hello", in: room)
            let path = "rooms/\(room.id.text)/messages"
            let name = { @Sendable in try await ada.get(path).json.messages[0].sender.display_name }
            _ = try await name()
            _ = try await ada.patch("users/me", ["display_name": "Countess"]).expect(200)
            try await poll(waitingFor: "the new name") { try await name() == "Countess" }
        }
    }
}
