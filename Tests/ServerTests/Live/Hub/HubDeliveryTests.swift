import NIOCore
import Testing

@testable import Chat
@testable import Server

@Suite("Delivery by the hub")
struct HubDeliveryTests {
    private let room = Room.ID.random()

    @Test("I7: An event reaches the connections of its room's members and no others")
    func audience() {
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

    @Test("I2: Who hears several rooms hears their events in one order, in one batch; others share their room's")
    func severalRooms() {
        let test = TestHub()
        let other = Room.ID.random()
        let (both, one) = (test.connect(in: [room, other]), test.connect(in: [room]))
        test.publish(in: room)
        test.hub.publish([test.event(in: room), test.event(in: other), test.event(in: room)])
        test.advance(by: .milliseconds(2))
        #expect(both.batches.map { $0.map(\.position) } == [[1], [2, 3, 4]])
        #expect(one.batches.map { $0.map(\.position) } == [[1], [2, 4]])
        #expect(both.dueFlushes.isEmpty && one.dueFlushes.isEmpty)
    }

    @Test("I2: What a join or leave sends early keeps the order across rooms")
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

    @Test("What happens within 2 ms shares a batch")
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

    @Test("A batch is one object for all its connections, framed once")
    func sharedFrames() {
        let test = TestHub()
        let batch = LiveBatch([test.event(in: room).text, test.event(in: room).text])
        var expected = ByteBuffer()
        for text in ["1", "2"] { expected.writeImmutableBuffer(.webSocketFrame(.text, ByteBuffer(string: text))) }
        #expect(batch.webSocketFrames == expected)
    }

    @Test("Who joins hears their own joining and what follows; what waited before it is not for them")
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

    @Test("I7: Who leaves hears their own leaving and nothing after it")
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

    @Test("A deleted room is heard to its end")
    func closes() {
        let test = TestHub()
        let connections = [test.connect(in: [room]), test.connect(in: [room])]
        test.hub.publish([test.event(in: room, .closes), test.event(in: room)])
        test.advance(by: .milliseconds(2))
        for connection in connections {
            #expect(connection.positions == [1])
            #expect(connection.seats.isEmpty)
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
        #expect(ended.closures == [.unauthenticated])
        #expect(other.closures.isEmpty)
        #expect(ended.positions.isEmpty)
        #expect(other.positions == [1])
    }

    @Test("Every connection is looked after")
    func ticks() {
        let test = TestHub()
        let connections = [test.connect(in: []), test.connect(in: [room])]
        _ = test.hub.tick()
        for connection in connections { #expect(connection.ticks == [test.loop.now]) }
    }
}
