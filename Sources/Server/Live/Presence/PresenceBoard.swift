import Chat
import NIOCore

/// Who is there, by the rules alone: time is told to it.
///
/// A person's place outlives their last connection by a while, so that a change of networks is no coming and going.
struct PresenceBoard {
    enum Status: String, Sendable {
        case online
        /// Connected, but has done nothing for a while, or said so.
        case away
        case offline
    }

    struct Limits: Sendable {
        /// Time without a sign of activity until somebody is away.
        var away = TimeAmount.minutes(5)
        /// Time without a connection until somebody is offline.
        var grace = TimeAmount.seconds(20)
        /// People without a connection who are remembered; above that they are offline at once.
        var absent = 10_000
    }

    /// A person's status as it is now.
    struct Change: Equatable {
        let user: User.ID
        let status: Status
        let lastActive: NIODeadline
        /// Whether others have heard something else. Who came and went between two looks was never told of.
        let isNews: Bool
    }

    private struct Place {
        var connections = 0
        var lastActive: NIODeadline
        /// Said by the client itself; holds until the next activity.
        var saysAway = false
        /// When the last connection ended; nil while there is one.
        var leftAt: NIODeadline?
        /// What others have heard last.
        var told = Status.offline
    }

    private let limits: Limits
    private var places: [User.ID: Place] = [:]
    private var absentCount = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// A new connection is no activity: a phone reconnects in its owner's pocket.
    mutating func connected(_ user: User.ID, at now: NIODeadline) {
        var place = places[user] ?? Place(lastActive: now)
        if place.leftAt != nil { absentCount -= 1 }
        place.connections += 1
        place.leftAt = nil
        places[user] = place
    }

    mutating func disconnected(_ user: User.ID, at now: NIODeadline) {
        guard var place = places[user], place.connections > 0 else { return }
        place.connections -= 1
        if place.connections == 0 {
            place.leftAt = absentCount < limits.absent ? now : now - limits.grace
            absentCount += 1
        }
        places[user] = place
    }

    /// The person did something.
    mutating func active(_ user: User.ID, at now: NIODeadline) {
        places[user]?.lastActive = now
        places[user]?.saysAway = false
    }

    /// The person's client says that they are not looking.
    mutating func away(_ user: User.ID) {
        places[user]?.saysAway = true
    }

    func status(of user: User.ID, at now: NIODeadline) -> Status {
        places[user].map { status(of: $0, at: now) } ?? .offline
    }

    func lastActive(_ user: User.ID) -> NIODeadline? {
        places[user]?.lastActive
    }

    /// Who has changed for others since they were last told, and who is offline now.
    func changes(at now: NIODeadline) -> [Change] {
        places.compactMap { user, place in
            let status = status(of: place, at: now)
            let isNews = status != place.told
            guard isNews || status == .offline else { return nil }
            return Change(user: user, status: status, lastActive: place.lastActive, isNews: isNews)
        }
    }

    /// Others have been told of the change. Who is offline is forgotten with it.
    mutating func told(_ change: Change) {
        places[change.user]?.told = change.status
        guard change.status == .offline, places.removeValue(forKey: change.user) != nil else { return }
        absentCount -= 1
    }

    private func status(of place: Place, at now: NIODeadline) -> Status {
        if let leftAt = place.leftAt, now >= leftAt + limits.grace { return .offline }
        return place.saysAway || now >= place.lastActive + limits.away ? .away : .online
    }
}
