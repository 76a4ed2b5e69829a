import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Signals of the hub")
struct HubSignalTests {
    private let room = Room.ID.random()

    private func json(_ text: LiveText) -> JSON {
        (try? JSON(parsing: text.json.readableBytesView)) ?? .missing
    }

    private func receipt(_ user: User.ID, _ seq: Int64, in room: Room.ID) -> Receipt {
        Receipt(roomID: room, userID: user, deliveredSeq: seq, readSeq: seq)
    }

    @Test("Typing is told to the others in the room, not to oneself nor elsewhere, and not too often")
    func typing() {
        let test = TestHub()
        let ada = User.ID.random()
        let (own, other, elsewhere) = (
            test.connect(ada, in: [room]), test.connect(in: [room]), test.connect(in: [.random()])
        )
        test.hub.typing(ada, in: room)
        test.hub.typing(ada, in: room)
        #expect(other.signals.map(\.type) == ["typing"])
        #expect(other.signals.map(json).first?.user_id.text == ada.description)
        test.advance(by: .seconds(2))
        test.hub.typing(ada, in: room)
        #expect(other.signals.count == 2)
        #expect(own.signals.isEmpty && elsewhere.signals.isEmpty)
        test.hub.typing(ada, in: .random())
    }

    @Test("Of receipts that move within a second the newest of each member is told")
    func receipts() {
        let test = TestHub()
        let (ada, bob) = (User.ID.random(), User.ID.random())
        let connection = test.connect(ada, in: [room])
        for seq in 1...5 as ClosedRange<Int64> { test.hub.receive([receipt(bob, seq, in: room)]) }
        test.hub.receive([receipt(ada, 2, in: room), receipt(bob, 9, in: .random())])
        #expect(connection.signals.isEmpty)
        _ = test.hub.tick()
        let told = connection.signals.filter { $0.type == "receipt" }.map(json)
        #expect(Set(told.map(\.user_id.text)) == [ada.description, bob.description])
        #expect(told.first { $0.user_id.text == bob.description }?.read_seq == 5)
        _ = test.hub.tick()
        #expect(connection.signals.filter { $0.type == "receipt" }.count == 2)
    }

    @Test("A receipt that comes behind a newer one takes nothing back")
    func lateReceipt() {
        let test = TestHub()
        let bob = User.ID.random()
        let connection = test.connect(in: [room])
        test.hub.receive([
            Receipt(roomID: room, userID: bob, deliveredSeq: 9, readSeq: 3),
            Receipt(roomID: room, userID: bob, deliveredSeq: 8, readSeq: 8),
            receipt(bob, 5, in: room),
        ])
        _ = test.hub.tick()
        let told = connection.signals.filter { $0.type == "receipt" }.map(json)
        #expect(told.map(\.delivered_seq) == [9])
        #expect(told.map(\.read_seq) == [8])
    }

    @Test("A receipt of who has left since is told to nobody, even when they are a member again")
    func receiptOfStayThatEnded() {
        let test = TestHub()
        let bob = User.ID.random()
        let connection = test.connect(in: [room])
        test.hub.receive([receipt(bob, 5, in: room)])
        test.publish(in: room, .leaves(bob))
        test.publish(in: room, .joins(bob))
        _ = test.hub.tick()
        #expect(connection.signals.allSatisfy { $0.type != "receipt" })
    }

    @Test("Nobody hears of a receipt before the event that it is for")
    func receiptBehindEvent() {
        let test = TestHub()
        let connection = test.connect(in: [room])
        test.publish(in: room)
        test.hub.publish([test.event(in: room)])
        test.hub.receive([receipt(.random(), 2, in: room)])
        _ = test.hub.tick()
        #expect(connection.positions == [1, 2])
        #expect(connection.signals.count == 1)
    }

    @Test("What has reached every connection of the room is found once, and not more often than the room's size allows")
    func arrivals() {
        let test = TestHub()
        let users = (0..<20).map { _ in User.ID.random() }
        for user in users { test.connect(user, in: [room]) }
        test.publish(in: room)
        let first = test.hub.tick().arrivals
        #expect(first.map(\.seq) == [1])
        #expect(Set(first.flatMap(\.users)) == Set(users))
        #expect(test.hub.tick().arrivals.isEmpty)
        test.publish(in: room)
        test.advance(by: .milliseconds(1999))
        #expect(test.hub.tick().arrivals.isEmpty)
        test.advance(by: .milliseconds(1))
        #expect(test.hub.tick().arrivals.map(\.seq) == [2])
    }

    @Test("A receipt that was written while somebody is being admitted is told to them")
    func receiptBeforeAdmission() {
        let test = TestHub(limits: Hub.Limits(unheardReceipts: 2))
        let rooms = (0..<3).map { _ in Room.ID.random() }
        for room in rooms { test.hub.receive([receipt(.random(), 1, in: room)]) }
        let connections = rooms.map { test.connect(in: [$0]) }
        _ = test.hub.tick()
        #expect(connections.map { $0.signals.count { $0.type == "receipt" } } == [1, 1, 0])
    }

    @Test("I8: Many busy rooms are looked at one after another, each in its turn")
    func spreadArrivals() {
        let test = TestHub(limits: Hub.Limits(receiptsPerTick: 5))
        let rooms = (0..<6).map { _ in Room.ID.random() }
        for room in rooms { for _ in 0..<2 { test.connect(in: [room]) } }
        for room in rooms { test.publish(in: room) }
        var seen: [Room.ID] = []
        for _ in 0..<3 {
            let arrivals = test.hub.tick().arrivals
            #expect(arrivals.count == 2)
            seen += arrivals.map(\.room)
        }
        #expect(Set(seen) == Set(rooms))
    }

    @Test("What lies in a slow client's outbox has not been delivered")
    func slowClient() {
        let test = TestHub()
        let (quick, slow) = (test.connect(in: [room]), test.connect(in: [room]))
        slow.isCaughtUp = false
        test.publish(in: room)
        #expect(test.hub.tick().arrivals.map(\.users) == [[quick.userID]])
        slow.isCaughtUp = true
        test.advance(by: .seconds(1))
        #expect(test.hub.tick().arrivals.first?.users.contains(slow.userID) == true)
        test.advance(by: .seconds(1))
        #expect(test.hub.tick().arrivals.isEmpty)
    }

    @Test("I7: presence is told to who shares a room, once for however many rooms")
    func presence() {
        let test = TestHub(presence: .init(grace: .seconds(20)))
        let rooms = [room, .random(), .random()]
        let (ada, bob) = (User.ID.random(), User.ID.random())
        let (friend, stranger) = (test.connect(bob, in: rooms), test.connect(in: [.random()]))
        _ = test.hub.tick()
        let connection = test.connect(ada, in: rooms)
        _ = test.hub.tick()
        #expect(friend.signals.map(json).map(\.status) == ["online"])
        connection.leave()
        test.advance(by: .seconds(19))
        _ = test.hub.tick()
        #expect(friend.signals.count == 1)
        test.advance(by: .seconds(1))
        let findings = test.hub.tick()
        #expect(findings.departed.map(\.user) == [ada])
        #expect(friend.signals.map(json).map(\.status) == ["online", "offline"])
        #expect(friend.signals.map(json).allSatisfy { $0.user_id.text == ada.description })
        #expect(stranger.signals.isEmpty)
        #expect(test.hub.people[ada] == nil)
    }

    @Test("I8: when a roomful comes at once, each hears of the others in one piece")
    func crowd() {
        let test = TestHub()
        let connections = (0..<100).map { _ in test.connect(in: [room]) }
        _ = test.hub.tick()
        #expect(connections.allSatisfy { $0.signalings == 1 })
        for connection in connections {
            let others = connections.map(\.userID).filter { $0 != connection.userID }
            #expect(Set(connection.signals.map(json).map(\.user_id.text)) == Set(others.map(\.description)))
        }
    }

    @Test("I8: when many come at once, a look tells of no more of them than messages can wait for, room by room")
    func crowdedTown() {
        let test = TestHub(limits: Hub.Limits(presencePerTick: 12))
        let rooms = (0..<6).map { _ in Room.ID.random() }
        let connections = rooms.flatMap { room in (0..<3).map { _ in test.connect(in: [room]) } }
        for round in 1...6 {
            _ = test.hub.tick()
            #expect(connections.count { $0.signals.count == 2 } == 3 * round)
            #expect(connections.count { $0.signals.isEmpty } == 18 - 3 * round)
        }
        _ = test.hub.tick()
        #expect(connections.allSatisfy { $0.signalings == 1 })
    }

    @Test("I7: who was removed from the room while away is not heard of there when they go offline")
    func removedWhileAway() {
        let test = TestHub()
        let ada = User.ID.random()
        let friend = test.connect(in: [room])
        let connection = test.connect(ada, in: [room])
        _ = test.hub.tick()
        let before = friend.signals.count
        connection.leave()
        test.publish(in: room, .leaves(ada))
        test.advance(by: .seconds(30))
        #expect(test.hub.tick().departed.map(\.user) == [ada])
        #expect(friend.signals.count == before)
    }

    @Test("I8: A room that everybody has left keeps no receipts and nothing to report")
    func memory() {
        let test = TestHub()
        let connection = test.connect(in: [room])
        test.publish(in: room)
        test.hub.receive([receipt(.random(), 1, in: room)])
        test.hub.publish([test.event(in: room)])
        connection.leave()
        test.advance(by: .milliseconds(5))
        #expect(test.hub.unreported.isEmpty)
        _ = test.hub.tick()
        #expect(test.hub.receipts.isEmpty)
        #expect(test.hub.rooms.isEmpty)
    }
}
