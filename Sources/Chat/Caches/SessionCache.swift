import FoundationEssentials
import Synchronization

/// Remembers whose token is whose, so that a request does not have to ask the database.
///
/// Sessions end in this process alone, so forgetting them here when they do is enough.
final class SessionCache: Sendable {
    /// Sessions remembered; about 200 bytes each. When there are more, all are forgotten and asked for anew.
    static let capacity = 10_000

    private struct State {
        var sessions: [Data: Session] = [:]
        /// Counts what has been forgotten. Whoever read a session before may not put it back after.
        var generation = 0
    }

    private let state = Mutex(State())

    var generation: Int {
        state.withLock(\.generation)
    }

    subscript(tokenHash: Data) -> Session? {
        state.withLock { $0.sessions[tokenHash] }
    }

    /// Remembers a session that was read when the cache had this generation.
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
