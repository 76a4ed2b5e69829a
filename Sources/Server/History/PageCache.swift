import Chat
import NIOCore
import Synchronization

/// Keeps pages of history as they were sent, because everybody reads the same newest page of a busy room.
///
/// A page is forgotten with the next event of its room, before whoever caused it has an answer.
final class PageCache: Sendable {
    /// Bytes of pages in all.
    static let capacity = 8 << 20

    struct Key: Hashable {
        let room: Room.ID
        let anchor: PageAnchor
        let limit: Int
        /// For how long the addresses of its pictures stay the same; another week, another page.
        let week: Int
    }

    /// A version of a room's history. A page that was read before an event must not be kept after it.
    struct Version: Equatable {
        fileprivate let stripe: Int
        fileprivate let count: UInt
    }

    private struct State {
        var rooms: [Room.ID: [Key: ByteBuffer]] = [:]
        var byteCount = 0
        /// Events so far; several rooms share a counter, so that there is a fixed number of them.
        var counts = [UInt](repeating: 0, count: 256)
    }

    private let state = Mutex(State())

    subscript(key: Key) -> ByteBuffer? {
        state.withLock { $0.rooms[key.room]?[key] }
    }

    /// To be taken before a page is read.
    func version(of room: Room.ID) -> Version {
        let stripe = Self.stripe(of: room)
        return state.withLock { Version(stripe: stripe, count: $0.counts[stripe]) }
    }

    /// Remembers a page that was read after `version`. When there is no place, the pages of some room give way.
    func insert(_ page: ByteBuffer, for key: Key, at version: Version) {
        guard page.readableBytes <= Self.capacity / 16 else { return }
        state.withLock { state in
            guard state.counts[version.stripe] == version.count else { return }
            while state.byteCount + page.readableBytes > Self.capacity, let room = state.rooms.keys.first {
                Self.forget(room, &state)
            }
            let old = state.rooms[key.room, default: [:]].updateValue(page, forKey: key)
            state.byteCount += page.readableBytes - (old?.readableBytes ?? 0)
        }
    }

    func forget(_ rooms: some Sequence<Room.ID>) {
        state.withLock { state in
            for room in rooms {
                state.counts[Self.stripe(of: room)] &+= 1
                Self.forget(room, &state)
            }
        }
    }

    /// For what changes pages of any room without an event: pictures that are tried again, other keys of addresses.
    func forgetAll() {
        state.withLock { state in
            for stripe in state.counts.indices { state.counts[stripe] &+= 1 }
            state.rooms = [:]
            state.byteCount = 0
        }
    }

    private static func forget(_ room: Room.ID, _ state: inout State) {
        guard let pages = state.rooms.removeValue(forKey: room) else { return }
        state.byteCount -= pages.values.reduce(0) { $0 + $1.readableBytes }
    }

    private static func stripe(of room: Room.ID) -> Int {
        Int(UInt(bitPattern: room.hashValue) % 256)
    }
}
