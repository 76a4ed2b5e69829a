import NIOCore
import NIOEmbedded
import Vocabulary

@testable import Chat
@testable import Server

/// A hub on a loop whose clock stands still until it is advanced.
final class TestHub {
    let loop = EmbeddedEventLoop()
    let hub: Hub
    let presence: Presence
    private(set) var position: Int64
    private var seqs: [Room.ID: Int64] = [:]

    var transientEvents: TransientEvents { hub.transientEvents }

    init(
        position: Int64 = 0,
        limits: Hub.Limits = Hub.Limits(),
        presence: PresenceBoard.Limits = PresenceBoard.Limits()
    ) {
        self.position = position
        self.presence = Presence(limits: presence)
        // Far from the clock's zero, as on a machine that has been up for a while.
        loop.advanceTime(by: .hours(1))
        hub = Hub(
            loop: loop,
            position: position,
            presence: self.presence,
            encoding: .sample(presence: self.presence),
            limits: limits
        )
    }

    func isConnected(_ user: User.ID) -> Bool {
        hub.table.isConnected(user)
    }

    /// The rooms that deliver their events to a subscriber.
    func rooms(of subscriber: FakeSubscriber) -> [LiveRoom] {
        hub.table.rooms.values.filter { room in
            room.subscribers.contains { $0.subscriber === subscriber }
        }
    }

    /// A snapshot that reflects everything so far.
    func snapshot(
        _ user: User.ID,
        in rooms: [Room.ID],
        at position: Int64? = nil,
        missed: [EncodedEvent] = []
    ) -> ConnectionSnapshot {
        let position = position ?? self.position
        return ConnectionSnapshot(
            welcome: Welcome(user: .named(user), cursor: Cursor(epoch: "epoch", position: position), resumed: false),
            rooms: rooms,
            position: position,
            missed: missed
        )
    }

    /// A subscriber that has been connected.
    @discardableResult
    func connect(_ user: User.ID = .random(), in rooms: [Room.ID], at position: Int64? = nil) -> FakeSubscriber {
        let subscriber = FakeSubscriber(user, hub)
        hub.connect(subscriber, from: snapshot(user, in: rooms, at: position)) { _ in }
        return subscriber
    }

    /// The result of an attempt to connect; nil while it waits.
    func result(
        connecting subscriber: FakeSubscriber,
        in rooms: [Room.ID] = [],
        at position: Int64? = nil
    ) -> ConnectResult? {
        var result: ConnectResult?
        hub.connect(subscriber, from: snapshot(subscriber.userID, in: rooms, at: position)) { result = $0 }
        return result
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
            encoded: EncodedEvent(type: "event", cursor: "epoch.\(position)", json: ByteBuffer(string: "\(position)"))
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
