import NIOCore
import Testing

@testable import Chat
@testable import Server

@Suite("Leaving the hub")
struct HubRemovalTests {
    private let room = Room.ID.random()

    @Test("A person is there until their last connection has gone, however often each is removed")
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

    @Test("Whoever leaves, the others stay in their seats")
    func seats() {
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
            #expect(gone.seats.isEmpty)
        }
        #expect(connections.map(\.positions.count) == [2, 5, 1, 4, 3])
    }

    @Test("I8: A room that nobody hears takes no memory, nor does who left")
    func memory() {
        let test = TestHub()
        weak var seat: LiveRoom?
        weak var person: FakeConnection?
        do {
            let connection = test.connect(in: [room])
            seat = connection.seats[0].room
            person = connection
            #expect(seat != nil)
            test.publish(in: room)
            connection.leave()
        }
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(seat == nil)
        #expect(person == nil)
    }

    @Test("I8: Playing what was missed leaves no room behind that nobody hears")
    func memoryOfMissed() {
        let test = TestHub()
        let other = test.connect(in: [room])
        test.publish(in: room)
        test.publish(in: room, .closes)
        weak var closed = LiveRoom?.none
        let connection = test.connect(in: [room], at: 1)
        closed = connection.seats.first?.room
        #expect(closed == nil)
        #expect(connection.positions == [2])
        #expect(other.seats.isEmpty)
    }

    @Test("A connection that closes while a room is flushed does not disturb the others")
    func closesDuringFlush() {
        let test = TestHub()
        let connections = (0..<5).map { _ in test.connect(in: [room]) }
        for slow in [connections[0], connections[2], connections[4]] { slow.onDeliver = { $0.close(.tooSlow) } }
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(connections.map(\.positions) == [[], [1, 2], [], [1, 2], []])
        #expect(connections.map(\.closures) == [[.tooSlow], [], [.tooSlow], [], [.tooSlow]])
    }

    @Test("I2: Who joins a room while its last listener is too slow hears it all the same")
    func lastListenerCloses() {
        let test = TestHub()
        let user = User.ID.random()
        let slow = test.connect(in: [room])
        slow.onDeliver = { $0.close(.tooSlow) }
        let joining = test.connect(user, in: [])
        test.publish(in: .random())
        // What waits for the slow one goes out when the other is seated, and closes it.
        test.hub.publish([test.event(in: room), test.event(in: room, .joins(user))])
        test.advance(by: .milliseconds(2))
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(slow.closures == [.tooSlow])
        #expect(joining.positions == [3, 4])
    }

    @Test("I2: Who is admitted while a room's last listener is too slow hears it all the same")
    func admittedAsLastListenerCloses() {
        let test = TestHub()
        let slow = test.connect(in: [room, .random()])
        test.publish(in: room)
        slow.onDeliver = { $0.close(.tooSlow) }
        test.publish(in: room)
        let connection = test.connect(in: [room])
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(slow.closures == [.tooSlow])
        #expect(connection.positions == [3])
    }

    @Test("I8: A connection that closes while it is told what it missed is not seated again")
    func closesDuringCatchUp() {
        let test = TestHub()
        let user = User.ID.random()
        let (first, second) = (Room.ID.random(), Room.ID.random())
        test.publish(in: first)
        test.publish(in: second, .joins(user))
        let connection = FakeConnection(user, test.hub)
        connection.onDeliver = { $0.close(.tooSlow) }
        #expect(test.admission(of: connection, in: [first], at: 0) != nil)
        #expect(connection.closures == [.tooSlow])
        #expect(connection.seats.isEmpty)
        #expect(!test.isConnected(user))
    }
}
