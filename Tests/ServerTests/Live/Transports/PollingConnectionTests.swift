import NIOCore
import NIOEmbedded
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Server

@Suite("Polling connections", .timeLimit(.standard))
struct PollingConnectionTests {
    private let room = Room.ID.random()

    @Test("I2: events before, between and during polls arrive in order, each once")
    func order() {
        let listener = Listener(in: [room], missed: 2)
        listener.publish(in: room, 2)
        listener.poll()
        #expect(listener.positions == [1, 2, 3, 4])
        listener.poll()
        #expect(listener.isWaiting)
        listener.publish(in: room)
        #expect(listener.positions == [1, 2, 3, 4, 5])
        #expect(!listener.isWaiting)
        listener.publish(in: room, 2)
        #expect(listener.positions.count == 5)
        listener.poll()
        #expect(listener.positions == Array(1...7))
    }

    @Test("A poll without events ends in time, and does not affect the next")
    func nothing() {
        let listener = Listener(in: [room])
        listener.poll(within: .seconds(20))
        listener.advance(by: .seconds(10))
        listener.publish(in: room)
        listener.poll(within: .seconds(20))
        listener.advance(by: .milliseconds(19_999))
        #expect(listener.emptyPolls == 0)
        listener.advance(by: .milliseconds(1))
        #expect(listener.emptyPolls == 1)
        listener.publish(in: room)
        listener.poll()
        #expect(listener.positions == [1, 2])
    }

    @Test("I8: a reader that takes too little is cut off, and all that waited for it is dropped", arguments: [0, 1])
    func tooSlow(limitOfBytes: Int) {
        let limits = [
            Backlog.Limits(events: 4), Backlog.Limits(bytes: 4 * Listener.eventBytes),
        ]
        let listener = Listener(in: [room], limits: limits[limitOfBytes])
        // A single batch may exceed the limits.
        listener.deliver(events: 100)
        for _ in 0..<4 { listener.deliver() }
        #expect(listener.connection.isOpen)
        #expect(listener.cuts == 0)
        listener.deliver()
        #expect(!listener.connection.isOpen)
        #expect(listener.cuts == 1)
        #expect(!listener.isConnected)
        listener.poll()
        #expect(listener.positions.isEmpty)
        #expect(listener.isClosed)
    }

    @Test("I8: a batch counts with all its events")
    func largeBatch() {
        let listener = Listener(in: [room], limits: .init(events: 4))
        listener.deliver()
        listener.deliver(events: 5)
        #expect(listener.cuts == 1)
    }

    @Test("A reader that takes everything has the whole backlog again")
    func backlogCleared() {
        let listener = Listener(in: [room], limits: .init(events: 4))
        for round in 1...5 {
            for _ in 0..<5 { listener.deliver() }
            listener.poll()
            #expect(listener.positions.count == 5 * round)
        }
        #expect(listener.connection.isOpen)
    }

    @Test("I8: above half of the backlog transient events are dropped, and other events are not", arguments: [0, 1])
    func shedding(limitOfBytes: Int) {
        let limits = [
            Backlog.Limits(events: 4), Backlog.Limits(bytes: 4 * Listener.eventBytes),
        ]
        let listener = Listener(in: [room], limits: limits[limitOfBytes])
        listener.deliver()
        listener.deliverTransient()
        listener.deliver()
        // Two batches wait behind the first.
        for _ in 0..<10 { listener.deliverTransient() }
        for _ in 0..<2 { listener.deliver() }
        #expect(listener.connection.isOpen)
        listener.poll()
        #expect(listener.types == ["event", "transient", "event", "event", "event"])
        listener.deliverTransient()
        listener.poll()
        #expect(listener.types.last == "transient")
    }

    @Test("I8: transient events that would fill more than half of the backlog are dropped as a whole")
    func largeTransientBatch() {
        let listener = Listener(in: [room], limits: .init(events: 4))
        listener.deliver()
        listener.deliverTransient(events: 3)
        listener.deliverTransient(events: 2)
        #expect(listener.connection.isOpen)
        listener.poll()
        #expect(listener.types == ["event", "transient", "transient"])
    }

    @Test("I8: a connection that nobody has polled for a minute is cut off")
    func silence() {
        let listener = Listener(in: [room])
        listener.advance(by: .milliseconds(59_999))
        listener.tick()
        #expect(listener.connection.isOpen)
        listener.advance(by: .milliseconds(1))
        listener.tick()
        #expect(!listener.connection.isOpen)
        #expect(listener.cuts == 1)
        #expect(!listener.isConnected)
    }

    @Test("A waiting reader is not silent, however long it waits; the minute begins with the answer")
    func waiting() {
        let listener = Listener(in: [room])
        listener.poll(within: .minutes(5))
        listener.advance(by: .minutes(4))
        listener.tick()
        #expect(listener.connection.isOpen)
        listener.publish(in: room)
        listener.advance(by: .seconds(59))
        listener.tick()
        #expect(listener.connection.isOpen)
        listener.advance(by: .seconds(1))
        listener.tick()
        #expect(!listener.connection.isOpen)
    }

    @Test("A server that stops delivers what is pending, then ends the connection, and cuts nobody off")
    func restarting() {
        let (waiting, busy) = (Listener(in: [room]), Listener(in: [room]))
        waiting.poll()
        waiting.connection.close(.restarting)
        #expect(waiting.isClosed)
        busy.publish(in: room, 2)
        busy.connection.close(.restarting)
        busy.connection.close(.tooSlow)
        busy.publish(in: room)
        busy.poll()
        #expect(busy.positions == [1, 2])
        #expect(!busy.isClosed)
        busy.poll()
        #expect(busy.isClosed)
        #expect(waiting.cuts + busy.cuts == 0)
    }

    @Test("I2: leaving returns what has arrived since, what the hub was about to flush, and the position of it")
    func leaving() {
        let listener = Listener(in: [room])
        listener.publish(in: room)
        listener.poll()
        listener.publish(in: .random())
        listener.publish(in: room)
        // The events within the flush interval wait in the hub.
        listener.publishTogether(in: room, 3)
        let (rest, position) = listener.connection.leave()
        #expect(rest.flatMap(\.events).map(\.position) == [3, 4, 5, 6])
        #expect(position == 6)
        #expect(!listener.isConnected)
        listener.publish(in: room)
        #expect(listener.connection.leave().rest.isEmpty)
    }

    @Test("I2: leaving a connection that was closed before returns no position")
    func leavingClosed() {
        let listener = Listener(in: [room])
        listener.publish(in: room)
        listener.connection.close(.restarting)
        listener.publish(in: room)
        let (rest, position) = listener.connection.leave()
        #expect(rest.flatMap(\.events).map(\.position) == [1])
        #expect(position == nil)
    }
}

/// A polling connection on a hub, and what its reader has received.
private final class Listener {
    /// Size of every event that is delivered past the hub.
    static let eventBytes = 10

    private let test = TestHub()
    private(set) var connection: PollingConnection!
    private(set) var events: [EncodedEvent] = []
    private(set) var emptyPolls = 0
    private(set) var isClosed = false
    private(set) var isWaiting = false
    private(set) var cuts = 0

    /// - Parameter missed: Number of events that are delivered at once.
    init(in rooms: [Room.ID], limits: Backlog.Limits = .init(), missed: Int = 0) {
        let session = Session(
            id: .random(),
            userID: .random(),
            createdAt: Timestamp(milliseconds: 0),
            lastUsedAt: Timestamp(milliseconds: 0),
            expiresAt: Timestamp(milliseconds: 0)
        )
        connection = PollingConnection(
            session,
            transport: .sse,
            hub: test.hub,
            limits: .init(backlog: limits),
            cut: { [unowned self] in cuts += 1 }
        )
        let events = (0..<missed).map { _ in test.event(in: rooms[0]) }
        test.hub.publish(events)
        test.loop.run()
        let snapshot = test.snapshot(session.userID, in: rooms, missed: events.map(\.encoded))
        test.hub.connect(connection, from: snapshot) { _ in }
    }

    var positions: [Int64] { events.map(\.position) }
    var types: [String] { events.map(\.type) }
    var isConnected: Bool { test.isConnected(connection.userID) }

    /// Publishes events, each of which is flushed.
    func publish(in room: Room.ID, _ count: Int = 1) {
        for _ in 0..<count {
            test.publish(in: room)
            test.advance(by: .milliseconds(2))
        }
    }

    /// Publishes events that the hub has yet to flush.
    func publishTogether(in room: Room.ID, _ count: Int) {
        test.hub.publish((0..<count).map { _ in test.event(in: room) })
    }

    func deliver(events count: Int = 1) {
        connection.deliver(Self.batch(of: "event", count))
    }

    func deliverTransient(events count: Int = 1) {
        connection.deliverTransient(Self.batch(of: "transient", count))
    }

    func tick() {
        connection.tick(test.loop.now)
    }

    func advance(by time: TimeAmount) {
        test.advance(by: time)
    }

    func poll(within time: TimeAmount = .seconds(20)) {
        isWaiting = true
        connection.poll(within: time) { [self] result in
            isWaiting = false
            switch result {
            case .batches(let batches): events += batches.flatMap(\.events)
            case .nothing: emptyPolls += 1
            case .closed: isClosed = true
            }
        }
    }

    private static func batch(of type: String, _ count: Int) -> EncodedBatch {
        let json = ByteBuffer(repeating: 0x20, count: eventBytes)
        return EncodedBatch((0..<count).map { _ in EncodedEvent(type: type, cursor: nil, json: json) })
    }
}
