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

/// The rules of presence, without clock, lock or network: time is passed in.
///
/// A person's entry outlives their last connection by a grace period, so that a change of networks does not look like
/// going offline and coming back.
struct PresenceBoard {
    enum Status: String, Sendable {
        case online
        /// Connected, but inactive for a while, or set so by the client.
        case away
        case offline
    }

    struct Limits: Sendable {
        /// Time without activity until somebody is away.
        var away = TimeAmount.minutes(5)
        /// Time without a connection until somebody is offline.
        var grace = TimeAmount.seconds(20)
        /// People without a connection who are kept for the grace period; above that they are offline at once.
        var absent = 10_000
    }

    /// A person's status as it is now.
    struct StatusChange: Equatable {
        let user: User.ID
        let status: Status
        let lastActive: NIODeadline
        /// True when the status differs from the one last announced. Somebody who connected and left between two ticks
        /// was never announced.
        let needsAnnouncing: Bool
    }

    private struct Entry {
        var connections = 0
        var lastActive: NIODeadline
        /// Set by the client; holds until the next activity.
        var isSetAway = false
        /// When the last connection ended; nil while there is one.
        var leftAt: NIODeadline?
        /// The status that was announced last.
        var announcedStatus = Status.offline
    }

    private let limits: Limits
    private var entries: [User.ID: Entry] = [:]
    private var absentCount = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// A new connection does not count as activity: a phone reconnects in its owner's pocket.
    mutating func connected(_ user: User.ID, at now: NIODeadline) {
        var entry = entries[user] ?? Entry(lastActive: now)
        if entry.leftAt != nil { absentCount -= 1 }
        entry.connections += 1
        entry.leftAt = nil
        entries[user] = entry
    }

    mutating func disconnected(_ user: User.ID, at now: NIODeadline) {
        guard var entry = entries[user], entry.connections > 0 else { return }
        entry.connections -= 1
        if entry.connections == 0 {
            entry.leftAt = absentCount < limits.absent ? now : now - limits.grace
            absentCount += 1
        }
        entries[user] = entry
    }

    /// The person did something.
    mutating func active(_ user: User.ID, at now: NIODeadline) {
        entries[user]?.lastActive = now
        entries[user]?.isSetAway = false
    }

    /// The person's client reports that they are not looking.
    mutating func away(_ user: User.ID) {
        entries[user]?.isSetAway = true
    }

    func status(of user: User.ID, at now: NIODeadline) -> Status {
        entries[user].map { status(of: $0, at: now) } ?? .offline
    }

    func lastActive(_ user: User.ID) -> NIODeadline? {
        entries[user]?.lastActive
    }

    /// Everybody whose status differs from the one last announced, and everybody who is offline now.
    func changes(at now: NIODeadline) -> [StatusChange] {
        entries.compactMap { user, entry in
            let status = status(of: entry, at: now)
            let needsAnnouncing = status != entry.announcedStatus
            guard needsAnnouncing || status == .offline else { return nil }
            return StatusChange(
                user: user,
                status: status,
                lastActive: entry.lastActive,
                needsAnnouncing: needsAnnouncing
            )
        }
    }

    /// The change has been announced. Somebody who is offline is forgotten with it.
    mutating func announced(_ change: StatusChange) {
        entries[change.user]?.announcedStatus = change.status
        guard change.status == .offline, entries.removeValue(forKey: change.user) != nil else { return }
        absentCount -= 1
    }

    private func status(of entry: Entry, at now: NIODeadline) -> Status {
        if let leftAt = entry.leftAt, now >= leftAt + limits.grace { return .offline }
        return entry.isSetAway || now >= entry.lastActive + limits.away ? .away : .online
    }
}
