import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Disconnecting from the hub", .timeLimit(.standard))
struct HubRemovalTests {
    private let room = Room.ID.random()

    @Test("A person is connected until their last connection is removed, however often each is removed")
    func lastOne() {
        let test = TestHub()
        let user = User.ID.random()
        let connections = [test.connect(user, in: [room]), test.connect(user, in: [room])]
        test.hub.remove(connections[0])
        test.hub.remove(connections[0])
        #expect(test.isConnected(user))
        test.hub.remove(connections[1])
        #expect(!test.isConnected(user))
        test.hub.remove(connections[1])
        #expect(!test.isConnected(user))
    }

    @Test("When one leaves, the others stay subscribed")
    func othersStay() {
        let test = TestHub()
        let connections = (0..<5).map { _ in test.connect(in: [room]) }
        var remaining = connections
        for index in [2, 0, 2, 1, 0] {
            test.publish(in: room)
            test.advance(by: .milliseconds(2))
            let last = test.position
            for connection in remaining { #expect(connection.positions.last == last) }
            let gone = remaining.remove(at: index)
            gone.leave()
            #expect(test.rooms(of: gone).isEmpty)
        }
        #expect(connections.map(\.positions.count) == [2, 5, 1, 4, 3])
    }

    @Test("I8: Neither a room without subscribers nor a subscriber that left takes memory")
    func memory() {
        let test = TestHub()
        weak var subscribed: LiveRoom?
        weak var subscriber: FakeSubscriber?
        do {
            let connection = test.connect(in: [room])
            subscribed = test.rooms(of: connection).first
            subscriber = connection
            #expect(subscribed != nil)
            test.publish(in: room)
            connection.leave()
        }
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(subscribed == nil)
        #expect(subscriber == nil)
    }

    @Test("I8: Replaying missed events leaves no room without subscribers behind")
    func memoryOfMissed() {
        let test = TestHub()
        let other = test.connect(in: [room])
        test.publish(in: room)
        test.publish(in: room, .closes)
        let connection = test.connect(in: [room], at: 1)
        #expect(connection.positions == [2])
        #expect(test.hub.table.rooms.isEmpty)
        #expect(other.isOpen)
    }

    @Test("A connection that closes during a flush does not affect the others")
    func closesDuringFlush() {
        let test = TestHub()
        let connections = (0..<5).map { _ in test.connect(in: [room]) }
        for slow in [connections[0], connections[2], connections[4]] { slow.onDeliver = { $0.close(.tooSlow) } }
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(connections.map(\.positions) == [[], [1, 2], [], [1, 2], []])
        #expect(connections.map(\.closeReasons) == [[.tooSlow], [], [.tooSlow], [], [.tooSlow]])
    }

    @Test("I2: A person who joins a room as its last subscriber closes for being too slow receives its events")
    func joinsAsLastSubscriberCloses() {
        let test = TestHub()
        let user = User.ID.random()
        let slow = test.connect(in: [room])
        slow.onDeliver = { $0.close(.tooSlow) }
        let joining = test.connect(user, in: [])
        test.publish(in: .random())
        // What is pending for the slow one is flushed when the other subscribes, and closes it.
        test.hub.publish([test.event(in: room), test.event(in: room, .joins(user))])
        test.advance(by: .milliseconds(2))
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(slow.closeReasons == [.tooSlow])
        #expect(joining.positions == [3, 4])
    }

    @Test("I2: A connection to a room whose last subscriber closes for being too slow receives its events")
    func connectsAsLastSubscriberCloses() {
        let test = TestHub()
        let slow = test.connect(in: [room, .random()])
        test.publish(in: room)
        slow.onDeliver = { $0.close(.tooSlow) }
        test.publish(in: room)
        let connection = test.connect(in: [room])
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(slow.closeReasons == [.tooSlow])
        #expect(connection.positions == [3])
    }

    @Test("I8: A connection that closes while missed events are replayed to it is not subscribed again")
    func closesDuringCatchUp() {
        let test = TestHub()
        let user = User.ID.random()
        let (first, second) = (Room.ID.random(), Room.ID.random())
        test.publish(in: first)
        test.publish(in: second, .joins(user))
        let connection = FakeSubscriber(user, test.hub)
        connection.onDeliver = { $0.close(.tooSlow) }
        #expect(test.result(connecting: connection, in: [first], at: 0) != nil)
        #expect(connection.closeReasons == [.tooSlow])
        #expect(test.rooms(of: connection).isEmpty)
        #expect(!test.isConnected(user))
    }
}
