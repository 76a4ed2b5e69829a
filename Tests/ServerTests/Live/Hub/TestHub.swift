import NIOCore
import NIOEmbedded
import Vocabulary

@testable import Chat
@testable import Server

/// A hub on a loop whose clock stands still until it is told to go on.
final class TestHub {
    let loop = EmbeddedEventLoop()
    let hub: Hub
    let wire: Wire
    private(set) var position: Int64
    private var seqs: [Room.ID: Int64] = [:]

    init(
        position: Int64 = 0,
        limits: Hub.Limits = Hub.Limits(),
        presence: PresenceBoard.Limits = PresenceBoard.Limits()
    ) {
        self.position = position
        wire = .sample(presence: Presence(limits: presence))
        // Far from the clock's zero, as on a machine that has been up for a while.
        loop.advanceTime(by: .hours(1))
        hub = Hub(loop: loop, position: position, wire: wire, limits: limits)
    }

    func isConnected(_ user: User.ID) -> Bool {
        hub.people[user]?.connections.isEmpty == false
    }

    /// An entry that knows everything so far.
    func entry(
        _ user: User.ID,
        in rooms: [Room.ID],
        at position: Int64? = nil,
        missed: [LiveText] = []
    ) -> LiveEntry {
        let position = position ?? self.position
        return LiveEntry(
            welcome: Welcome(user: .named(user), cursor: Cursor(epoch: "epoch", position: position), resumed: false),
            rooms: rooms,
            position: position,
            missed: missed
        )
    }

    /// A connection that has been admitted.
    @discardableResult
    func connect(_ user: User.ID = .random(), in rooms: [Room.ID], at position: Int64? = nil) -> FakeConnection {
        let connection = FakeConnection(user, hub)
        hub.admit(connection, entry(user, in: rooms, at: position)) { _ in }
        return connection
    }

    /// What comes of a wish to be admitted; nil while it waits.
    func admission(of connection: FakeConnection, in rooms: [Room.ID] = [], at position: Int64? = nil) -> Hub.Admission?
    {
        var admission: Hub.Admission?
        hub.admit(connection, entry(connection.userID, in: rooms, at: position)) { admission = $0 }
        return admission
    }

    /// The next event in the log, not yet published.
    func event(in room: Room.ID, _ effect: LiveEvent.Effect = .none) -> LiveEvent {
        position += 1
        seqs[room, default: 0] += 1
        return LiveEvent(
            position: position,
            room: room,
            seq: seqs[room, default: 0],
            effect: effect,
            text: LiveText(type: "event", cursor: "epoch.\(position)", json: ByteBuffer(string: "\(position)"))
        )
    }

    /// Publishes an event and lets the loop do what is due now.
    func publish(in room: Room.ID, _ effect: LiveEvent.Effect = .none) {
        hub.publish([event(in: room, effect)])
        loop.run()
    }

    func advance(by time: TimeAmount) {
        loop.advanceTime(by: time)
    }
}

extension User {
    static func named(_ id: User.ID) -> User {
        User(
            id: id,
            username: "somebody",
            displayName: "Somebody",
            avatar: nil,
            isAdmin: false,
            createdAt: Timestamp(milliseconds: 0),
            lastSeenAt: nil
        )
    }
}
