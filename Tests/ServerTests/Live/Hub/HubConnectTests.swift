import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Connecting to the hub", .timeLimit(.standard))
struct HubConnectTests {
    private let room = Room.ID.random()

    @Test("I2: Events after the snapshot are delivered, events before it are not")
    func missed() {
        let test = TestHub()
        test.connect(in: [room])
        for _ in 0..<5 { test.publish(in: room) }
        let connection = test.connect(in: [room], at: 3)
        #expect(connection.welcome?.cursor.position == 3)
        #expect(connection.positions == [4, 5])
        test.advance(by: .milliseconds(2))
        #expect(connection.positions == [4, 5])
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(connection.positions == [4, 5, 6])
    }

    @Test("I2: Events that were published but not flushed are delivered once")
    func unflushed() {
        let test = TestHub()
        let old = test.connect(in: [room])
        test.publish(in: room)
        test.publish(in: room)
        let before = test.connect(in: [room], at: 1)
        let after = test.connect(in: [room], at: 2)
        test.advance(by: .milliseconds(2))
        #expect(old.positions == [1, 2])
        #expect(before.positions == [2])
        #expect(after.positions.isEmpty)
    }

    @Test("I2: A snapshot ahead of the hub waits for the events that it reflects, and does not receive them")
    func ahead() {
        let test = TestHub()
        let connection = FakeSubscriber(.random(), test.hub)
        let events = (0..<3).map { _ in test.event(in: room) }
        var result: ConnectResult?
        test.hub.connect(connection, from: test.snapshot(connection.userID, in: [room])) { result = $0 }
        #expect(result == nil)
        test.hub.publish(Array(events[..<2]))
        #expect(result == nil)
        test.hub.publish(Array(events[2...]))
        #expect(result == .connected)
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect(connection.positions == [4])
    }

    @Test("I2: A snapshot older than the kept events must be read again")
    func stale() {
        let test = TestHub(position: 100, limits: Hub.Limits(recentEvents: 4))
        for _ in 0..<6 { test.publish(in: room) }
        let connection = FakeSubscriber(.random(), test.hub)
        #expect(test.result(connecting: connection, in: [room], at: 101) == .stale)
        #expect(connection.welcome == nil)
        #expect(!test.isConnected(connection.userID))
        #expect(test.result(connecting: connection, in: [room], at: 102) == .connected)
        #expect(connection.positions == [103, 104, 105, 106])
    }

    @Test("I2: Events from before the start of the hub cannot be replayed")
    func beforeTheHub() {
        let test = TestHub(position: 100)
        #expect(test.result(connecting: FakeSubscriber(.random(), test.hub), at: 99) == .stale)
        #expect(test.result(connecting: FakeSubscriber(.random(), test.hub), at: 100) == .connected)
    }

    @Test("I2: Several pending connections connect each at its own event")
    func severalAhead() {
        let test = TestHub()
        let events = (0..<3).map { _ in test.event(in: room) }
        let connections = (1...3 as ClosedRange<Int64>).map { position in
            let connection = FakeSubscriber(.random(), test.hub)
            test.hub.connect(connection, from: test.snapshot(connection.userID, in: [room], at: position)) { _ in }
            return connection
        }
        for event in events { test.hub.publish([event]) }
        test.advance(by: .milliseconds(2))
        #expect(connections.map(\.positions) == [[2, 3], [3], []])
    }

    @Test("A client that has gone away meanwhile is not connected")
    func gone() {
        let test = TestHub()
        let connection = FakeSubscriber(.random(), test.hub)
        let event = test.event(in: room)
        var result: ConnectResult?
        test.hub.connect(connection, from: test.snapshot(connection.userID, in: [room])) { result = $0 }
        connection.leave()
        test.hub.publish([event])
        #expect(result == .gone)
        #expect(test.rooms(of: connection).isEmpty)
        #expect(!test.isConnected(connection.userID))
    }

    @Test("I8: Connections are limited in total and per person, and closed ones no longer count")
    func limits() {
        let test = TestHub(limits: Hub.Limits(connections: 3, connectionsPerUser: 2))
        let user = User.ID.random()
        for _ in 0..<2 { test.connect(user, in: []) }
        let other = test.connect(in: [])
        #expect(test.result(connecting: FakeSubscriber(.random(), test.hub)) == .tooMany)
        // It replaces another connection of the same person.
        #expect(test.result(connecting: FakeSubscriber(user, test.hub)) == .connected)
        #expect(other.isOpen)
        other.leave()
        #expect(test.result(connecting: FakeSubscriber(.random(), test.hub)) == .connected)
        #expect(test.result(connecting: FakeSubscriber(.random(), test.hub)) == .tooMany)
    }

    @Test("I8: A person's newest connection replaces the one that has been silent the longest")
    func replaced() {
        let test = TestHub(limits: Hub.Limits(connectionsPerUser: 3))
        let user = User.ID.random()
        let connections = (0..<3).map { _ in
            test.advance(by: .seconds(1))
            return test.connect(user, in: [room])
        }
        // The oldest one has answered a ping meanwhile.
        test.advance(by: .seconds(1))
        connections[0].lastActivity = test.loop.now
        let newest = test.connect(user, in: [room])
        #expect(newest.isOpen)
        #expect(connections.map(\.isOpen) == [true, false, true])
        #expect(connections[1].closeReasons == [.replaced])
        test.publish(in: room)
        test.advance(by: .milliseconds(2))
        #expect([connections[0], connections[2], newest].map(\.positions) == [[1], [1], [1]])
        #expect(connections[1].positions.isEmpty)
    }

    @Test("I8: A connection that must read its snapshot again replaces no other")
    func staleReplacesNobody() {
        let test = TestHub(position: 100, limits: Hub.Limits(connectionsPerUser: 1))
        let old = test.connect(in: [])
        #expect(test.result(connecting: FakeSubscriber(old.userID, test.hub), at: 99) == .stale)
        #expect(old.isOpen)
    }

    @Test("As many connections are replaced, silent the longest first, as exceed the limit with the new one")
    func rule() {
        let test = TestHub()
        let user = User.ID.random()
        let connections = [3, 1, 2].map { seconds in
            let connection = FakeSubscriber(user, test.hub)
            connection.lastActivity = .uptimeNanoseconds(UInt64(seconds))
            return connection
        }
        func replaced(_ limit: Int) -> [Int] {
            Hub.replaced(among: connections, limit: limit).map { old in connections.firstIndex { $0 === old } ?? -1 }
        }
        #expect(replaced(4) == [])
        #expect(replaced(3) == [1])
        #expect(replaced(2) == [1, 2])
        #expect(replaced(1) == [1, 2, 0])
        #expect(Hub.replaced(among: [], limit: 1).isEmpty)
    }

    @Test("I2: A person who joined, left or lost a room after the snapshot receives exactly their part of it")
    func changedMeanwhile() {
        let test = TestHub()
        let user = User.ID.random()
        let (left, joined, both, lost) = (Room.ID.random(), Room.ID.random(), Room.ID.random(), Room.ID.random())
        for room in [left, joined, both, lost] { test.publish(in: room) }
        let happened: [(Room.ID, LiveEvent.Effect)] = [
            (left, .none), (left, .leaves(user)), (left, .none),
            (joined, .none), (joined, .joins(user)), (joined, .none),
            (both, .joins(user)), (both, .leaves(user)), (both, .none), (both, .joins(user)), (both, .none),
            (lost, .none), (lost, .closes),
        ]
        for (room, effect) in happened { test.publish(in: room, effect) }
        test.advance(by: .milliseconds(2))
        let connection = test.connect(user, in: [left, lost], at: 4)
        #expect(connection.positions == [5, 6, 9, 10, 11, 12, 14, 15, 16, 17])
        #expect(test.rooms(of: connection).count == 2)
        for room in [left, joined, both] { test.publish(in: room) }
        test.advance(by: .milliseconds(2))
        #expect(connection.positions.suffix(2) == [19, 20])
    }
}
