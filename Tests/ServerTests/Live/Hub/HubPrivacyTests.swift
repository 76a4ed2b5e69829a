import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Who hears whose signals")
struct HubPrivacyTests {
    private let ada = User.ID.random()
    private let bob = User.ID.random()
    private let eve = User.ID.random()
    private let room = Room.ID.random()

    private func receipt(_ user: User.ID, _ seq: Int64) -> Receipt {
        Receipt(roomID: room, userID: user, deliveredSeq: seq, readSeq: seq)
    }

    private func types(_ connection: FakeConnection, from index: Int = 0) -> [String] {
        connection.signals.dropFirst(index).map(\.type)
    }

    /// Bob's connection and Eve's after Eve wrote to Bob, who is a stranger to her, when all presence has been told.
    private func asked(_ test: TestHub) -> (bob: FakeConnection, eve: FakeConnection) {
        let (bobs, eves) = (test.connect(bob, in: []), test.connect(eve, in: [room]))
        test.publish(in: room, .isAsked(bob))
        test.publish(in: room)
        _ = test.hub.tick()
        return (bobs, eves)
    }

    @Test("I7: of somebody who has not answered a stranger no signal goes out, but to their own connections")
    func pending() {
        let test = TestHub()
        let (bobs, eves) = asked(test)
        #expect(bobs.positions == [1, 2])
        #expect(types(bobs) == ["presence"])
        let second = test.connect(bob, in: [room])
        test.hub.typing(bob, in: room)
        test.hub.receive([receipt(bob, 2), receipt(eve, 2)])
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

    @Test("With the answer the other hears how far they are, and that they are there")
    func answered() {
        let test = TestHub()
        let (bobs, eves) = asked(test)
        test.publish(in: room, .agrees(receipt(bob, 2)))
        _ = test.hub.tick()
        #expect(types(eves) == ["receipt", "presence"])
        test.hub.typing(bob, in: room)
        #expect(types(eves) == ["receipt", "presence", "typing"])
        // Another role later is no news of that kind.
        test.publish(in: room, .agrees(receipt(bob, 2)))
        _ = test.hub.tick()
        #expect(types(eves).count == 3)
        #expect(bobs.isOpen)
    }

    @Test("I7: a connection that was read before somebody was asked, or answered, ends up with the room as it is")
    func catchingUp() {
        for effects in [[LiveEvent.Effect.isAsked(bob)], [.isAsked(bob), .agrees(receipt(bob, 2))]] {
            let test = TestHub()
            for effect in effects { test.publish(in: room, effect) }
            let eves = FakeConnection(eve, test.hub)
            #expect(test.admission(of: eves, in: [room], at: 0) == .admitted)
            test.connect(bob, in: [room])
            test.hub.typing(bob, in: room)
            #expect(types(eves).contains("typing") == (effects.count == 2))
        }
        let test = TestHub()
        let eves = FakeConnection(eve, test.hub)
        var entry = test.entry(eve, in: [room])
        entry.pending = [room: [bob]]
        test.hub.admit(eves, entry) { #expect($0 == .admitted) }
        test.hub.typing(bob, in: room)
        #expect(eves.signals.isEmpty)
    }

    @Test("I7: two people of whom one blocks the other hear nothing of each other; others hear both")
    func blocks() {
        let test = TestHub()
        let connections = [ada, bob, eve].map { test.connect($0, in: [room]) }
        _ = test.hub.tick()
        test.hub.setBlock(between: ada, and: eve, true)
        let before = connections.map(\.signals.count)
        // They look as if they had gone.
        #expect(connections[0].signals.last?.type == "presence" && connections[2].signals.last?.type == "presence")
        for user in [ada, eve] { test.hub.typing(user, in: room) }
        test.hub.receive([receipt(ada, 1), receipt(eve, 1)])
        _ = test.hub.tick()
        #expect(types(connections[0], from: before[0]) == ["receipt"])
        #expect(types(connections[1], from: before[1]) == ["typing", "typing", "receipt", "receipt"])
        #expect(types(connections[2], from: before[2]) == ["receipt"])
        test.hub.presence.away(ada)
        _ = test.hub.tick()
        #expect(types(connections[1]).last == "presence")
        #expect(types(connections[2], from: before[2]) == ["receipt"])
        test.hub.setBlock(between: eve, and: ada, false)
        test.advance(by: .seconds(5))
        test.hub.typing(ada, in: room)
        #expect(types(connections[2]).last == "typing")
        #expect(test.hub.blocks.isEmpty)
    }

    @Test("I7: a connection is not admitted with blocks that have changed since they were read")
    func stale() {
        let test = TestHub()
        let connection = FakeConnection(ada, test.hub)
        let entry = test.entry(ada, in: [room])
        test.hub.setBlock(between: ada, and: eve, true)
        test.hub.admit(connection, entry) { #expect($0 == .stale) }
        var read = test.entry(ada, in: [room])
        (read.blocked, read.blockChanges) = ([eve], 1)
        test.hub.admit(connection, read) { #expect($0 == .admitted) }
        var other = test.entry(eve, in: [room])
        (other.blocked, other.blockChanges) = ([ada], 1)
        test.hub.admit(FakeConnection(eve, test.hub), other) { _ in }
        test.hub.typing(eve, in: room)
        #expect(!types(connection).contains("typing"))
    }

    @Test("I8: blocks of people who are gone take no room")
    func forgotten() {
        let test = TestHub()
        for user in [ada, eve] { test.connect(user, in: [room]).leaveLater(test) }
        test.hub.setBlock(between: ada, and: eve, true)
        test.advance(by: .seconds(60))
        _ = test.hub.tick()
        #expect(test.hub.people.isEmpty)
        #expect(test.hub.blocks.isEmpty)
    }
}

extension FakeConnection {
    /// Goes away while its person is still remembered.
    fileprivate func leaveLater(_ test: TestHub) {
        test.loop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.leave() }
    }
}
