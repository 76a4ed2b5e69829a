import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Privacy of transient events", .timeLimit(.standard))
struct HubPrivacyTests {
    private let ada = User.ID.random()
    private let bob = User.ID.random()
    private let eve = User.ID.random()
    private let room = Room.ID.random()

    private func receipt(_ user: User.ID, _ seq: Int64) -> Receipt {
        Receipt(roomID: room, userID: user, deliveredSeq: seq, readSeq: seq)
    }

    private func types(_ connection: FakeSubscriber, from index: Int = 0) -> [String] {
        connection.transient.dropFirst(index).map(\.type)
    }

    /// Bob's connection and Eve's after Eve wrote to Bob, who is a stranger to her, when all presence has been announced.
    private func connectPending(_ test: TestHub) -> (bob: FakeSubscriber, eve: FakeSubscriber) {
        let (bobs, eves) = (test.connect(bob, in: []), test.connect(eve, in: [room]))
        test.publish(in: room, .joinsPending(bob))
        test.publish(in: room)
        _ = test.hub.tick()
        return (bobs, eves)
    }

    @Test("I7: the transient events of somebody who has yet to answer a stranger reach only their own connections")
    func pending() {
        let test = TestHub()
        let (bobs, eves) = connectPending(test)
        #expect(bobs.positions == [1, 2])
        #expect(types(bobs) == ["presence"])
        let second = test.connect(bob, in: [room])
        test.transientEvents.typing(bob, in: room)
        test.transientEvents.receive([receipt(bob, 2), receipt(eve, 2)])
        _ = test.hub.tick()
        #expect(types(eves) == ["receipt"])
        #expect(types(bobs).filter { $0 == "receipt" }.count == 2)
        #expect(types(second).filter { $0 == "receipt" }.count == 2)
        second.leave()
        bobs.leave()
        test.advance(by: .seconds(60))
        _ = test.hub.tick()
        #expect(types(eves) == ["receipt"])
    }

    @Test("The answer announces how far they have come, and their presence")
    func answered() {
        let test = TestHub()
        let (bobs, eves) = connectPending(test)
        test.publish(in: room, .accepts(receipt(bob, 2)))
        _ = test.hub.tick()
        #expect(types(eves) == ["receipt", "presence"])
        test.transientEvents.typing(bob, in: room)
        #expect(types(eves) == ["receipt", "presence", "typing"])
        // A later change of role announces neither.
        test.publish(in: room, .accepts(receipt(bob, 2)))
        _ = test.hub.tick()
        #expect(types(eves).count == 3)
        #expect(bobs.isOpen)
    }

    @Test("I7: a connection whose snapshot predates the invitation, or its answer, ends up with the room as it is")
    func catchingUp() {
        for effects in [[LiveEvent.Effect.joinsPending(bob)], [.joinsPending(bob), .accepts(receipt(bob, 2))]] {
            let test = TestHub()
            for effect in effects { test.publish(in: room, effect) }
            let eves = FakeSubscriber(eve, test.hub)
            #expect(test.result(connecting: eves, in: [room], at: 0) == .connected)
            test.connect(bob, in: [room])
            test.transientEvents.typing(bob, in: room)
            #expect(types(eves).contains("typing") == (effects.count == 2))
        }
        let test = TestHub()
        let eves = FakeSubscriber(eve, test.hub)
        var snapshot = test.snapshot(eve, in: [room])
        snapshot.pending = [room: [bob]]
        test.hub.connect(eves, from: snapshot) { #expect($0 == .connected) }
        test.transientEvents.typing(bob, in: room)
        #expect(eves.transient.isEmpty)
    }

    @Test("I7: two people of whom one blocks the other receive nothing of each other; others receive both")
    func blocks() {
        let test = TestHub()
        let connections = [ada, bob, eve].map { test.connect($0, in: [room]) }
        _ = test.hub.tick()
        test.transientEvents.setBlock(between: ada, and: eve, true)
        let before = connections.map(\.transient.count)
        // To each other they appear to have gone offline.
        #expect(connections[0].transient.last?.type == "presence" && connections[2].transient.last?.type == "presence")
        for user in [ada, eve] { test.transientEvents.typing(user, in: room) }
        test.transientEvents.receive([receipt(ada, 1), receipt(eve, 1)])
        _ = test.hub.tick()
        #expect(types(connections[0], from: before[0]) == ["receipt"])
        #expect(types(connections[1], from: before[1]) == ["typing", "typing", "receipt", "receipt"])
        #expect(types(connections[2], from: before[2]) == ["receipt"])
        test.presence.away(ada)
        _ = test.hub.tick()
        #expect(types(connections[1]).last == "presence")
        #expect(types(connections[2], from: before[2]) == ["receipt"])
        test.transientEvents.setBlock(between: eve, and: ada, false)
        test.advance(by: .seconds(5))
        test.transientEvents.typing(ada, in: room)
        #expect(types(connections[2]).last == "typing")
        #expect(test.transientEvents.blocks.isEmpty)
    }

    @Test("I7: nobody connects with blocks that have changed since they were read")
    func stale() {
        let test = TestHub()
        let connection = FakeSubscriber(ada, test.hub)
        let snapshot = test.snapshot(ada, in: [room])
        test.transientEvents.setBlock(between: ada, and: eve, true)
        test.hub.connect(connection, from: snapshot) { #expect($0 == .stale) }
        var read = test.snapshot(ada, in: [room])
        (read.blocked, read.blockChanges) = ([eve], 1)
        test.hub.connect(connection, from: read) { #expect($0 == .connected) }
        var other = test.snapshot(eve, in: [room])
        (other.blocked, other.blockChanges) = ([ada], 1)
        test.hub.connect(FakeSubscriber(eve, test.hub), from: other) { _ in }
        test.transientEvents.typing(eve, in: room)
        #expect(!types(connection).contains("typing"))
    }

    @Test("I8: the blocks of people who are offline take no memory")
    func forgotten() {
        let test = TestHub()
        for user in [ada, eve] { test.connect(user, in: [room]).leaveLater(test) }
        test.transientEvents.setBlock(between: ada, and: eve, true)
        test.advance(by: .seconds(60))
        _ = test.hub.tick()
        #expect(test.hub.table.isEmpty)
        #expect(test.transientEvents.blocks.isEmpty)
    }
}

extension FakeSubscriber {
    /// Goes away while its person is still remembered.
    fileprivate func leaveLater(_ test: TestHub) {
        test.loop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.leave() }
    }
}
