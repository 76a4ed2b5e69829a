import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Delivery by the hub", .timeLimit(.standard))
struct HubDeliveryTests {
    private let room = Room.ID.random()

    @Test("I7: An event reaches the connections of its room's members and no others")
    func subscribers() {
        let test = TestHub()
        let (first, second) = (test.connect(in: [room]), test.connect(in: [room, .random()]))
        let stranger = test.connect(in: [.random()])
        test.publish(in: room)
        #expect(first.positions == [1])
        #expect(second.positions == [1])
        #expect(stranger.positions.isEmpty)
    }

    @Test("I2: Events of a room come in their order, to every connection of a person")
    func order() {
        let test = TestHub()
        let user = User.ID.random()
        let connections = [test.connect(user, in: [room]), test.connect(user, in: [room])]
        for _ in 0..<5 { test.publish(in: room) }
        test.hub.publish([test.event(in: room), test.event(in: room)])
        test.advance(by: .milliseconds(2))
        for connection in connections { #expect(connection.positions == Array(1...7)) }
    }

    @Test("I2: A subscriber of several rooms receives their events in order in one batch; others share a batch")
    func severalRooms() {
        let test = TestHub()
        let other = Room.ID.random()
        let (both, one) = (test.connect(in: [room, other]), test.connect(in: [room]))
        test.publish(in: room)
        test.hub.publish([test.event(in: room), test.event(in: other), test.event(in: room)])
        test.advance(by: .milliseconds(2))
        #expect(both.batches.map { $0.map(\.position) } == [[1], [2, 3, 4]])
        #expect(one.batches.map { $0.map(\.position) } == [[1], [2, 4]])
        // Nothing of it is delivered again by the next flush of both rooms.
        test.hub.publish([test.event(in: room), test.event(in: other)])
        test.advance(by: .milliseconds(2))
        #expect(both.batches.map { $0.map(\.position) } == [[1], [2, 3, 4], [5, 6]])
        #expect(one.batches.map { $0.map(\.position) } == [[1], [2, 4], [5]])
    }

    @Test("I2: A flush because of a join or leave keeps the order across rooms")
    func earlyFlush() {
        let test = TestHub()
        let other = Room.ID.random()
        let (both, leaving) = (test.connect(in: [room, other]), test.connect(in: [other]))
        test.publish(in: room)
        test.hub.publish([test.event(in: room), test.event(in: other, .leaves(leaving.userID)), test.event(in: room)])
        test.advance(by: .milliseconds(2))
        #expect(both.positions == [1, 2, 3, 4])
        #expect(leaving.positions == [3])
    }

    @Test("A quiet room is flushed at once")
    func quiet() {
        let test = TestHub()
        let connection = test.connect(in: [room])
        for _ in 0..<3 {
            test.publish(in: room)
            test.advance(by: .milliseconds(2))
        }
        #expect(connection.batches.map(\.count) == [1, 1, 1])
        test.publish(in: room)
        #expect(connection.batches.count == 4)
    }

    @Test("Events within 2 ms share a batch")
    func busy() {
        let test = TestHub()
        let connection = test.connect(in: [room])
        test.publish(in: room)
        for _ in 0..<5 {
            test.advance(by: .microseconds(300))
            test.publish(in: room)
        }
        #expect(connection.batches.map(\.count) == [1])
        test.advance(by: .microseconds(499))
        #expect(connection.batches.map(\.count) == [1])
        test.advance(by: .microseconds(1))
        #expect(connection.batches.map(\.count) == [1, 5])
    }

    @Test("A person who joins receives that event and what follows, but not what was pending before it")
    func joins() {
        let test = TestHub()
        let user = User.ID.random()
        let old = test.connect(in: [room])
        let new = test.connect(user, in: [])
        test.publish(in: room)
        test.hub.publish([test.event(in: room), test.event(in: room, .joins(user)), test.event(in: room)])
        test.advance(by: .milliseconds(2))
        #expect(old.positions == [1, 2, 3, 4])
        #expect(new.positions == [3, 4])
    }

    @Test("I7: A person who leaves receives that event and nothing after it")
    func leaves() {
        let test = TestHub()
        let user = User.ID.random()
        let (staying, leaving) = (test.connect(in: [room]), test.connect(user, in: [room]))
        test.hub.publish([test.event(in: room), test.event(in: room, .leaves(user)), test.event(in: room)])
        test.loop.run()
        #expect(staying.positions == [1, 2, 3])
        #expect(leaving.positions == [1, 2])
        #expect(leaving.isOpen)
        test.advance(by: .milliseconds(2))
        test.publish(in: room, .joins(user))
        #expect(leaving.positions == [1, 2, 4])
    }

    @Test("The events of a deleted room are delivered to the last")
    func closes() {
        let test = TestHub()
        let connections = [test.connect(in: [room]), test.connect(in: [room])]
        test.hub.publish([test.event(in: room, .closes), test.event(in: room)])
        test.advance(by: .milliseconds(2))
        for connection in connections {
            #expect(connection.positions == [1])
            #expect(test.rooms(of: connection).isEmpty)
            #expect(connection.isOpen)
        }
    }

    @Test("Ended sessions are closed, others stay")
    func endedSessions() {
        let test = TestHub()
        let user = User.ID.random()
        let (ended, other) = (test.connect(user, in: [room]), test.connect(user, in: [room]))
        test.hub.close(.unauthenticated) { $0.sessionID == ended.sessionID }
        test.publish(in: room)
        #expect(ended.closeReasons == [.unauthenticated])
        #expect(other.closeReasons.isEmpty)
        #expect(ended.positions.isEmpty)
        #expect(other.positions == [1])
    }

    @Test("A tick reaches every connection")
    func ticks() {
        let test = TestHub()
        let connections = [test.connect(in: []), test.connect(in: [room])]
        _ = test.hub.tick()
        for connection in connections { #expect(connection.ticks == [test.loop.now]) }
    }
}
