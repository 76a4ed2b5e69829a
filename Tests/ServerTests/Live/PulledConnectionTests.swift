import NIOCore
import NIOEmbedded
import Testing
import Vocabulary

@testable import Chat
@testable import Server

@Suite("Connections that take what there is")
struct PulledConnectionTests {
    private let room = Room.ID.random()

    @Test("I2: what happened before, between and while pulling comes in order, each once")
    func order() {
        let listener = Listener(in: [room], missed: 2)
        listener.publish(in: room, 2)
        listener.pull()
        #expect(listener.heard == [1, 2, 3, 4])
        listener.pull()
        #expect(listener.isWaiting)
        listener.publish(in: room)
        #expect(listener.heard == [1, 2, 3, 4, 5])
        #expect(!listener.isWaiting)
        listener.publish(in: room, 2)
        #expect(listener.heard.count == 5)
        listener.pull()
        #expect(listener.heard == Array(1...7))
    }

    @Test("Where nothing comes the wish for more ends in time, and none of it is left for the next")
    func nothing() {
        let listener = Listener(in: [room])
        listener.pull(within: .seconds(20))
        listener.advance(by: .seconds(10))
        listener.publish(in: room)
        listener.pull(within: .seconds(20))
        listener.advance(by: .milliseconds(19_999))
        #expect(listener.emptyPulls == 0)
        listener.advance(by: .milliseconds(1))
        #expect(listener.emptyPulls == 1)
        listener.publish(in: room)
        listener.pull()
        #expect(listener.heard == [1, 2])
    }

    @Test("I8: who takes too little is cut off, has nothing left, and is forgotten", arguments: [0, 1])
    func tooSlow(limitOfBytes: Int) {
        let limits = [
            PulledConnection.Limits(outboxTexts: 4), PulledConnection.Limits(outboxBytes: 4 * Listener.textBytes),
        ]
        let listener = Listener(in: [room], limits: limits[limitOfBytes])
        // What was there when it last had nothing is not held against it.
        listener.deliver(texts: 100)
        for _ in 0..<4 { listener.deliver() }
        #expect(listener.connection.isOpen)
        #expect(listener.cuts == 0)
        listener.deliver()
        #expect(!listener.connection.isOpen)
        #expect(listener.cuts == 1)
        #expect(!listener.isConnected)
        listener.pull()
        #expect(listener.heard.isEmpty)
        #expect(listener.isClosed)
    }

    @Test("I8: a batch counts with all its texts")
    func largeBatch() {
        let listener = Listener(in: [room], limits: .init(outboxTexts: 4))
        listener.deliver()
        listener.deliver(texts: 5)
        #expect(listener.cuts == 1)
    }

    @Test("Whoever takes everything has the whole outbox again")
    func outboxEmptied() {
        let listener = Listener(in: [room], limits: .init(outboxTexts: 4))
        for round in 1...5 {
            for _ in 0..<5 { listener.deliver() }
            listener.pull()
            #expect(listener.heard.count == 5 * round)
        }
        #expect(listener.connection.isOpen)
    }

    @Test("I8: from half of the outbox on signals are dropped, and events are not", arguments: [0, 1])
    func shedding(limitOfBytes: Int) {
        let limits = [
            PulledConnection.Limits(outboxTexts: 4), PulledConnection.Limits(outboxBytes: 4 * Listener.textBytes),
        ]
        let listener = Listener(in: [room], limits: limits[limitOfBytes])
        listener.deliver()
        listener.signal()
        listener.deliver()
        // Two wait behind the first.
        for _ in 0..<10 { listener.signal() }
        for _ in 0..<2 { listener.deliver() }
        #expect(listener.connection.isOpen)
        listener.pull()
        #expect(listener.types == ["event", "signal", "event", "event", "event"])
        listener.signal()
        listener.pull()
        #expect(listener.types.last == "signal")
    }

    @Test("I8: signals that would fill more than half of the outbox are dropped as a whole")
    func largeSignals() {
        let listener = Listener(in: [room], limits: .init(outboxTexts: 4))
        listener.deliver()
        listener.signal(texts: 3)
        listener.signal(texts: 2)
        #expect(listener.connection.isOpen)
        listener.pull()
        #expect(listener.types == ["event", "signal", "signal"])
    }

    @Test("I8: where nobody has asked for a minute the connection is cut off")
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

    @Test("Who waits for more is not silent, however long; the minute begins with the answer")
    func waiting() {
        let listener = Listener(in: [room])
        listener.pull(within: .minutes(5))
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

    @Test("A server that stops gives what there is, then the end, and cuts nobody off")
    func restarting() {
        let (waiting, busy) = (Listener(in: [room]), Listener(in: [room]))
        waiting.pull()
        waiting.connection.close(.restarting)
        #expect(waiting.isClosed)
        busy.publish(in: room, 2)
        busy.connection.close(.restarting)
        busy.connection.close(.tooSlow)
        busy.publish(in: room)
        busy.pull()
        #expect(busy.heard == [1, 2])
        #expect(!busy.isClosed)
        busy.pull()
        #expect(busy.isClosed)
        #expect(waiting.cuts + busy.cuts == 0)
    }

    @Test("I2: leaving gives what came since, also what the hub was about to send, and how far that is")
    func leaving() {
        let listener = Listener(in: [room])
        listener.publish(in: room)
        listener.pull()
        listener.publish(in: .random())
        listener.publish(in: room)
        // The second within the pace waits in the hub.
        listener.publishTogether(in: room, 3)
        let (rest, position) = listener.connection.leave()
        #expect(rest.flatMap(\.texts).map(\.position) == [3, 4, 5, 6])
        #expect(position == 6)
        #expect(!listener.isConnected)
        listener.publish(in: room)
        #expect(listener.connection.leave().rest.isEmpty)
    }

    @Test("I2: who was closed before leaving is told no position beyond what is given")
    func leavingClosed() {
        let listener = Listener(in: [room])
        listener.publish(in: room)
        listener.connection.close(.restarting)
        listener.publish(in: room)
        let (rest, position) = listener.connection.leave()
        #expect(rest.flatMap(\.texts).map(\.position) == [1])
        #expect(position == nil)
    }
}

/// A pulled connection on a hub, and what its reader has been given.
private final class Listener {
    /// Of every text that is delivered past the hub.
    static let textBytes = 10

    private let test = TestHub()
    private(set) var connection: PulledConnection!
    private(set) var texts: [LiveText] = []
    private(set) var emptyPulls = 0
    private(set) var isClosed = false
    private(set) var isWaiting = false
    private(set) var cuts = 0

    /// - Parameter missed: Events that are told at once.
    init(in rooms: [Room.ID], limits: PulledConnection.Limits = .init(), missed: Int = 0) {
        let session = Session(
            id: .random(),
            userID: .random(),
            createdAt: Timestamp(milliseconds: 0),
            lastUsedAt: Timestamp(milliseconds: 0),
            expiresAt: Timestamp(milliseconds: 0)
        )
        connection = PulledConnection(session, hub: test.hub, limits: limits, cut: { [unowned self] in cuts += 1 })
        let events = (0..<missed).map { _ in test.event(in: rooms[0]) }
        test.hub.publish(events)
        test.loop.run()
        test.hub.admit(connection, test.entry(session.userID, in: rooms, missed: events.map(\.text))) { _ in }
    }

    var heard: [Int64] { texts.map(\.position) }
    var types: [String] { texts.map(\.type) }
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

    func deliver(texts count: Int = 1) {
        connection.deliver(Self.batch(of: "event", count))
    }

    func signal(texts count: Int = 1) {
        connection.signal(Self.batch(of: "signal", count))
    }

    func tick() {
        connection.tick(test.loop.now)
    }

    func advance(by time: TimeAmount) {
        test.advance(by: time)
    }

    func pull(within time: TimeAmount = .seconds(20)) {
        isWaiting = true
        connection.pull(within: time) { [self] pull in
            isWaiting = false
            switch pull {
            case .batches(let batches): texts += batches.flatMap(\.texts)
            case .nothing: emptyPulls += 1
            case .closed: isClosed = true
            }
        }
    }

    private static func batch(of type: String, _ count: Int) -> LiveBatch {
        let json = ByteBuffer(repeating: 0x20, count: textBytes)
        return LiveBatch((0..<count).map { _ in LiveText(type: type, cursor: nil, json: json) })
    }
}
