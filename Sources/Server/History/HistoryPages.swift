import Chat
import NIOCore

/// Pages of message history as JSON, from the cache if possible.
struct HistoryPages: Sendable {
    private let store: Store
    private let encoding: JSONEncoding
    private let cache: PageCache

    init(store: Store, encoding: JSONEncoding, cache: PageCache) {
        self.store = store
        self.encoding = encoding
        self.cache = cache
    }

    /// - Parameter limit: Most messages in the page, 1–100.
    /// - Throws: `not_found` unless the viewer is a member.
    func page(of room: Room.ID, at anchor: PageAnchor, limit: Int, for viewer: User.ID) async throws -> ByteBuffer {
        try await store.rooms.checkMember(viewer, of: room)
        let key = PageCache.Key(room: room, anchor: anchor, limit: limit, week: encoding.links.week)
        if let known = cache[key] { return known }
        let version = cache.version(of: room)
        let page = try await store.messages.page(of: room, at: anchor, limit: limit, for: viewer)
        let json = encoding.json(page).buffer
        cache.insert(json, for: key, at: version)
        return json
    }
}
