import NIOCore

@testable import Chat
@testable import Server

/// A subscriber that records what it receives.
final class FakeSubscriber: Subscriber {
    let userID: User.ID
    let sessionID = Session.ID.random()
    let transport = LiveTransport.webSocket
    var isCaughtUp = true
    private(set) var isOpen = true
    var lastActivity: NIODeadline
    private(set) var welcome: Welcome?
    private(set) var batches: [[EncodedEvent]] = []
    private(set) var transient: [EncodedEvent] = []
    /// Number of batches of transient events.
    private(set) var transientBatchCount = 0
    private(set) var closeReasons: [CloseReason] = []
    private(set) var ticks: [NIODeadline] = []
    /// Called with each batch before it is recorded; a slow client closes here.
    var onDeliver: (FakeSubscriber) -> Void = { _ in }
    private weak var hub: Hub?

    init(_ userID: User.ID, _ hub: Hub) {
        self.userID = userID
        self.hub = hub
        lastActivity = hub.loop.now
    }

    var positions: [Int64] { batches.flatMap(\.self).map(\.position) }

    func welcome(_ welcome: Welcome) {
        self.welcome = welcome
    }

    func deliverTransient(_ batch: EncodedBatch) {
        transient += batch.events
        transientBatchCount += 1
    }

    func deliver(_ batch: EncodedBatch) {
        guard isOpen else { return }
        onDeliver(self)
        guard isOpen else { return }
        batches.append(batch.events)
    }

    func tick(_ now: NIODeadline) {
        ticks.append(now)
    }

    func close(_ reason: CloseReason) {
        closeReasons.append(reason)
        leave()
    }

    /// The client goes away; a transport removes its connection from the hub then.
    func leave() {
        isOpen = false
        hub?.remove(self)
    }
}

extension EncodedEvent {
    /// Position of the event; 0 for a transient one.
    var position: Int64 { cursor.flatMap(Cursor.init)?.position ?? 0 }
}
