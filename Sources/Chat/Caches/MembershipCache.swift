import SnugMetrics
import Synchronization

/// Caches who is a member of which room, so that a request needs no query for it.
///
/// Only this process ends memberships, so removing them when their events are published is enough.
final class MembershipCache: Sendable {
    /// Maximum number of cached memberships; about 50 bytes each. When it is reached, the cache is emptied.
    static let capacity = 50_000

    private struct State {
        var rooms: [Room.ID: Set<User.ID>] = [:]
        var count = 0
        /// Incremented with every removal. A membership that was read before a removal is not inserted after it.
        var generation = 0
    }

    private let state = Mutex(State())
    let counters = CacheCounters()

    var generation: Int {
        state.withLock(\.generation)
    }

    func contains(_ user: User.ID, in room: Room.ID) -> Bool {
        let isKnown = state.withLock { $0.rooms[room]?.contains(user) == true }
        (isKnown ? counters.hits : counters.misses).add()
        return isKnown
    }

    /// Caches a membership that was read when the cache had this generation.
    func insert(_ user: User.ID, in room: Room.ID, generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.count >= Self.capacity {
                state.rooms = [:]
                state.count = 0
            }
            if state.rooms[room, default: []].insert(user).inserted { state.count += 1 }
        }
    }

    /// Removes the memberships that these events end.
    func forget(endedBy events: [Event]) {
        for event in events {
            switch event.content {
            case .memberLeft(let user): forget { $0.rooms[event.roomID]?.remove(user) == nil ? 0 : 1 }
            case .roomDeleted: forget { $0.rooms.removeValue(forKey: event.roomID)?.count ?? 0 }
            default: break
            }
        }
    }

    private func forget(_ remove: (inout State) -> Int) {
        state.withLock { state in
            state.generation += 1
            state.count -= remove(&state)
        }
    }
}
