import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

/// Commits, publications, snapshots, connects and disconnects in any order, against a model that knows only the log.
@Suite("The hub against a model", .timeLimit(.standard))
struct HubModelTests {
    private final class World {
        let test: TestHub
        let recentEvents: Int
        let rooms = (0..<4).map { _ in Room.ID.random() }
        let users = (0..<5).map { _ in User.ID.random() }
        var random: SeededRandom
        /// The members of each room, as in the database.
        var members: [Room.ID: Set<User.ID>] = [:]
        var log: [LiveEvent] = []
        /// Number of events of the log that have been published.
        var published = 0
        var snapshots: [ConnectionSnapshot] = []
        var connections: [FakeSubscriber] = []
        /// Number of published events when a connection went away.
        var ends: [ObjectIdentifier: Int] = [:]
        var staleCount = 0
        /// The snapshot that each connection started from.
        var usedSnapshots: [ObjectIdentifier: ConnectionSnapshot] = [:]

        init(seed: UInt64, recentEvents: Int) {
            random = SeededRandom(seed: seed)
            self.recentEvents = recentEvents
            test = TestHub(
                limits: Hub.Limits(connections: .max, connectionsPerUser: .max, recentEvents: recentEvents)
            )
        }

        func step() {
            switch Int.random(in: 0..<100, using: &random) {
            case ..<35: commit()
            case ..<60: publish()
            case ..<70: snapshots.append(snapshot(of: users.randomElement(using: &random)!))
            case ..<82: connect()
            case ..<86: leave()
            default: test.advance(by: .microseconds(.random(in: 0...1500, using: &random)))
            }
        }

        private func commit() {
            let room = rooms.randomElement(using: &random)!
            let user = users.randomElement(using: &random)!
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2 where !members[room, default: []].contains(user):
                members[room, default: []].insert(user)
                log.append(test.event(in: room, .joins(user)))
            case 3...4 where members[room, default: []].contains(user):
                members[room]?.remove(user)
                log.append(test.event(in: room, .leaves(user)))
            case 5 where Bool.random(using: &random):
                members[room] = []
                log.append(test.event(in: room, .closes))
            default:
                log.append(test.event(in: room))
            }
        }

        private func publish() {
            guard published < log.count else { return }
            let end = Int.random(in: published + 1...min(log.count, published + 4), using: &random)
            test.hub.publish(Array(log[published..<end]))
            published = end
        }

        private func snapshot(of user: User.ID) -> ConnectionSnapshot {
            test.snapshot(user, in: rooms.filter { members[$0, default: []].contains(user) }, at: Int64(log.count))
        }

        private func connect() {
            guard !snapshots.isEmpty else { return }
            let snapshot = snapshots.remove(at: .random(in: 0..<snapshots.count, using: &random))
            connect(FakeSubscriber(snapshot.welcome.user.id, test.hub), snapshot)
        }

        /// Reads the snapshot again when it is stale, as the server does.
        private func connect(_ connection: FakeSubscriber, _ snapshot: ConnectionSnapshot) {
            test.hub.connect(connection, from: snapshot) { [self] result in
                switch result {
                case .connected:
                    usedSnapshots[ObjectIdentifier(connection)] = snapshot
                    connections.append(connection)
                case .stale:
                    #expect(published - Int(snapshot.position) > recentEvents)
                    staleCount += 1
                    connect(connection, self.snapshot(of: snapshot.welcome.user.id))
                case .gone, .tooMany:
                    Issue.record("\(result)")
                }
            }
        }

        private func leave() {
            guard let connection = connections.filter(\.isOpen).randomElement(using: &random) else { return }
            ends[ObjectIdentifier(connection)] = published
            connection.leave()
        }

        func finish() {
            while published < log.count { publish() }
            while !snapshots.isEmpty { connect() }
            test.advance(by: .milliseconds(5))
        }

        /// What a connection must have received, by the log alone.
        func expected(_ connection: FakeSubscriber) -> [Room.ID: [Int64]] {
            guard let snapshot = usedSnapshots[ObjectIdentifier(connection)] else { return [:] }
            var own = Set(snapshot.rooms)
            var received: [Room.ID: [Int64]] = [:]
            for event in log[Int(snapshot.position)...] {
                if event.effect == .joins(connection.userID) { own.insert(event.room) }
                if own.contains(event.room) { received[event.room, default: []].append(event.position) }
                if event.effect == .leaves(connection.userID) || event.effect == .closes { own.remove(event.room) }
            }
            return received
        }
    }

    @Test(
        "I2: Every connection receives each event behind its snapshot once, in the order of its room",
        arguments: 1...40 as ClosedRange<UInt64>
    )
    func interleavings(seed: UInt64) {
        let world = World(seed: seed, recentEvents: seed.isMultiple(of: 2) ? 1024 : 6)
        for _ in 0..<600 { world.step() }
        world.finish()
        #expect(world.connections.count > 20)
        for connection in world.connections {
            let received = Dictionary(grouping: connection.positions) { world.log[Int($0) - 1].room }
            let expected = world.expected(connection)
            guard !connection.isOpen else {
                #expect(received == expected)
                continue
            }
            // A connection that went away has received the beginning.
            for (room, positions) in received { #expect(expected[room, default: []].starts(with: positions)) }
        }
    }

    @Test("The interleavings include snapshots that are too old")
    func meetsStale() {
        let stale = (1...20 as ClosedRange<UInt64>).reduce(0) { sum, number in
            let world = World(seed: number * 2 + 1, recentEvents: 6)
            for _ in 0..<600 { world.step() }
            world.finish()
            return sum + world.staleCount
        }
        #expect(stale > 0)
    }
}
