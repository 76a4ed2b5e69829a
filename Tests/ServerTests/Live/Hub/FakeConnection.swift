import NIOCore

@testable import Chat
@testable import Server

/// A live connection that writes down what it is told.
final class FakeConnection: LiveConnection {
    let userID: User.ID
    let sessionID = Session.ID.random()
    var seats: [LiveRoom.Seat] = []
    var dueFlushes: [LiveRoom.Flush] = []
    var isCaughtUp = true
    private(set) var isOpen = true
    var lastHeard: NIODeadline
    private(set) var welcome: Welcome?
    private(set) var batches: [[LiveText]] = []
    private(set) var signals: [LiveText] = []
    /// How often there were any.
    private(set) var signalings = 0
    private(set) var closures: [LiveClosure] = []
    private(set) var ticks: [NIODeadline] = []
    /// What the client is too slow for: called with each batch, before it is written down.
    var onDeliver: (FakeConnection) -> Void = { _ in }
    private weak var hub: Hub?

    init(_ userID: User.ID, _ hub: Hub) {
        self.userID = userID
        self.hub = hub
        lastHeard = hub.loop.now
    }

    var positions: [Int64] { batches.flatMap(\.self).map(\.position) }

    func welcome(_ welcome: Welcome) {
        self.welcome = welcome
    }

    func signal(_ batch: LiveBatch) {
        signals += batch.texts
        signalings += 1
    }

    func deliver(_ batch: LiveBatch) {
        guard isOpen else { return }
        onDeliver(self)
        guard isOpen else { return }
        batches.append(batch.texts)
    }

    func tick(_ now: NIODeadline) {
        ticks.append(now)
    }

    func close(_ reason: LiveClosure) {
        closures.append(reason)
        leave()
    }

    /// The client goes away, as a socket tells the hub.
    func leave() {
        isOpen = false
        hub?.remove(self)
    }
}

extension LiveText {
    /// Of the event; 0 for what is not in the log.
    var position: Int64 { cursor.flatMap(Cursor.init)?.position ?? 0 }
}
