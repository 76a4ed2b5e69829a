import Chat
import NIOCore
import Synchronization
import Vocabulary

/// The presence of everybody. The hub keeps it up to date; requests report activity, and responses read it.
final class Presence: Sendable {
    typealias Status = PresenceBoard.Status

    private let board: Mutex<PresenceBoard>

    init(limits: PresenceBoard.Limits = PresenceBoard.Limits()) {
        board = Mutex(PresenceBoard(limits: limits))
    }

    func connected(_ user: User.ID, at now: NIODeadline) {
        board.withLock { $0.connected(user, at: now) }
    }

    func disconnected(_ user: User.ID, at now: NIODeadline) {
        board.withLock { $0.disconnected(user, at: now) }
    }

    func active(_ user: User.ID) {
        board.withLock { $0.active(user, at: .now()) }
    }

    func away(_ user: User.ID) {
        board.withLock { $0.away(user) }
    }

    func changes(at now: NIODeadline) -> [PresenceBoard.StatusChange] {
        board.withLock { $0.changes(at: now) }
    }

    func announced(_ changes: [PresenceBoard.StatusChange]) {
        board.withLock { board in
            for change in changes { board.announced(change) }
        }
    }

    /// - Returns: The person's status, and when they were last active, unless they are offline.
    func current(of user: User.ID) -> (status: Status, lastSeen: Timestamp?) {
        let now = NIODeadline.now()
        return board.withLock { board in
            let status = board.status(of: user, at: now)
            guard status != .offline, let active = board.lastActive(user) else { return (status, nil) }
            return (status, Timestamp(of: active, now: now))
        }
    }
}

extension Timestamp {
    /// The wall-clock time of a moment.
    init(of moment: NIODeadline, now: NIODeadline = .now()) {
        self = .now - .nanoseconds((now - moment).nanoseconds)
    }
}
