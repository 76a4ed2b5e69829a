import Chat
import NIOCore

/// Pages of rooms' history as JSON, from the cache where it has them.
struct HistoryPages: Sendable {
    private let store: Store
    private let wire: Wire
    private let cache: PageCache

    init(store: Store, wire: Wire, cache: PageCache) {
        self.store = store
        self.wire = wire
        self.cache = cache
    }

    /// - Parameter limit: Messages at most; 1–100.
    /// - Throws: `notFound` unless the viewer is a member.
    func page(of room: Room.ID, at anchor: PageAnchor, limit: Int, for viewer: User.ID) async throws -> ByteBuffer {
        try await store.rooms.checkMember(viewer, of: room)
        let key = PageCache.Key(room: room, anchor: anchor, limit: limit, week: wire.links.week)
        if let known = cache[key] { return known }
        let version = cache.version(of: room)
        let page = try await store.messages.page(of: room, at: anchor, limit: limit, for: viewer)
        let json = wire.json(page).buffer
        cache.insert(json, for: key, at: version)
        return json
    }
}
