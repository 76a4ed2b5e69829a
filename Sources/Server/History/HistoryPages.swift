import Chat
import NIOCore
import SnugMetrics
import Synchronization

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
        if !page.isFromArchive { cache.insert(json, for: key, at: version) }
        return json
    }
}

/// Caches encoded pages of history, because all members of a busy room read the same newest page.
///
/// An event invalidates the pages of its room before the request that caused it receives a response.
final class PageCache: Sendable {
    /// Limit for all pages together, in bytes.
    static let capacity = 8 << 20

    struct Key: Hashable {
        let room: Room.ID
        let anchor: PageAnchor
        let limit: Int
        /// The week in which the URLs of its pictures were signed; they are the same within a week.
        let week: Int
    }

    /// A version of a room's history. A page that was read before an event must not be cached after it.
    struct Version: Equatable {
        fileprivate let stripe: Int
        fileprivate let count: UInt
    }

    private struct State {
        var rooms: [Room.ID: [Key: ByteBuffer]] = [:]
        var byteCount = 0
        /// Number of invalidations; rooms share counters, so that their number is fixed.
        var counts = [UInt](repeating: 0, count: 256)
    }

    private let state = Mutex(State())
    let counters = CacheCounters()

    subscript(key: Key) -> ByteBuffer? {
        counters.note(state.withLock { $0.rooms[key.room]?[key] })
    }

    /// The current version, to be taken before a page is read.
    func version(of room: Room.ID) -> Version {
        let stripe = Self.stripe(of: room)
        return state.withLock { Version(stripe: stripe, count: $0.counts[stripe]) }
    }

    /// Caches a page that was read after `version` was taken. If the cache is full, pages of other rooms are removed.
    func insert(_ page: ByteBuffer, for key: Key, at version: Version) {
        guard page.readableBytes <= Self.capacity / 16 else { return }
        state.withLock { state in
            guard state.counts[version.stripe] == version.count else { return }
            while state.byteCount + page.readableBytes > Self.capacity, let room = state.rooms.keys.first {
                Self.removePages(of: room, &state)
            }
            let old = state.rooms[key.room, default: [:]].updateValue(page, forKey: key)
            state.byteCount += page.readableBytes - (old?.readableBytes ?? 0)
        }
    }

    func invalidate(_ rooms: some Sequence<Room.ID>) {
        state.withLock { state in
            for room in rooms {
                state.counts[Self.stripe(of: room)] &+= 1
                Self.removePages(of: room, &state)
            }
        }
    }

    /// For changes to pages of any room without an event: retried pictures and new signing keys.
    func invalidateAll() {
        state.withLock { state in
            for stripe in state.counts.indices { state.counts[stripe] &+= 1 }
            state.rooms = [:]
            state.byteCount = 0
        }
    }

    private static func removePages(of room: Room.ID, _ state: inout State) {
        guard let pages = state.rooms.removeValue(forKey: room) else { return }
        state.byteCount -= pages.values.reduce(0) { $0 + $1.readableBytes }
    }

    private static func stripe(of room: Room.ID) -> Int {
        Int(UInt(bitPattern: room.hashValue) % 256)
    }
}
