import FoundationEssentials
import SnugMetrics
import Synchronization

/// Caches sessions by the hash of their token, so that a request needs no query for it.
///
/// Only this process ends sessions, so removing them here when they end is enough.
final class SessionCache: Sendable {
    /// Maximum number of cached sessions; about 200 bytes each. When it is reached, the cache is emptied.
    static let capacity = 10_000

    private struct State {
        var sessions: [Data: Session] = [:]
        /// Incremented with every removal. A session that was read before a removal is not inserted after it.
        var generation = 0
    }

    private let state = Mutex(State())
    let counters = CacheCounters()

    var generation: Int {
        state.withLock(\.generation)
    }

    subscript(tokenHash: Data) -> Session? {
        counters.note(state.withLock { $0.sessions[tokenHash] })
    }

    /// Caches a session that was read when the cache had this generation.
    func insert(_ session: Session, tokenHash: Data, generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.sessions.count >= Self.capacity { state.sessions.removeAll(keepingCapacity: true) }
            state.sessions[tokenHash] = session
        }
    }

    func forget(_ ids: [Session.ID]) {
        guard !ids.isEmpty else { return }
        let ended = Set(ids)
        state.withLock { state in
            state.generation += 1
            state.sessions = state.sessions.filter { !ended.contains($1.id) }
        }
    }
}
