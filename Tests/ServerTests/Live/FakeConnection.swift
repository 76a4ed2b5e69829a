import NIOCore

@testable import Chat
@testable import Server

/// A live connection that writes down what it is told.
final class FakeConnection: LiveConnection {
    let userID: User.ID
    let sessionID = Session.ID.random()
    var seats: [LiveRoom.Seat] = []
    var dueBatches: [LiveBatch] = []
    private(set) var isOpen = true
    private(set) var start: LiveStart?
    private(set) var batches: [[LiveEvent]] = []
    private(set) var closures: [LiveClosure] = []
    private(set) var ticks: [NIODeadline] = []
    /// What the client is too slow for: called with each batch, before it is written down.
    var onDeliver: (FakeConnection) -> Void = { _ in }
    private weak var hub: Hub?

    init(_ userID: User.ID, _ hub: Hub) {
        self.userID = userID
        self.hub = hub
    }

    var events: [LiveEvent] { batches.flatMap(\.self) }
    var positions: [Int64] { events.map(\.position) }

    func welcome(_ start: LiveStart, resumed: Bool) {
        self.start = start
    }

    func deliver(_ batch: LiveBatch) {
        guard isOpen else { return }
        onDeliver(self)
        guard isOpen else { return }
        batches.append(batch.events)
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
        _ = hub?.remove(self)
    }
}
