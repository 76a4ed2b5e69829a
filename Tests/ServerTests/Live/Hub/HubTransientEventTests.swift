import NIOCore
import SnugClient
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("Transient events of the hub", .timeLimit(.standard))
struct HubTransientEventTests {
    private let room = Room.ID.random()

    private func json(_ text: EncodedEvent) -> JSON {
        (try? JSON(parsing: text.json.readableBytesView)) ?? .missing
    }

    private func receipt(_ user: User.ID, _ seq: Int64, in room: Room.ID) -> Receipt {
        Receipt(roomID: room, userID: user, deliveredSeq: seq, readSeq: seq)
    }

    @Test("Typing is announced to the others in the room, not to oneself nor elsewhere, and not too often")
    func typing() {
        let test = TestHub()
        let ada = User.ID.random()
        let (own, other, elsewhere) = (
            test.connect(ada, in: [room]), test.connect(in: [room]), test.connect(in: [.random()])
        )
        test.transientEvents.typing(ada, in: room)
        test.transientEvents.typing(ada, in: room)
        #expect(other.transient.map(\.type) == ["typing"])
        #expect(other.transient.map(json).first?.user_id.text == ada.description)
        test.advance(by: .seconds(2))
        test.transientEvents.typing(ada, in: room)
        #expect(other.transient.count == 2)
        #expect(own.transient.isEmpty && elsewhere.transient.isEmpty)
        test.transientEvents.typing(ada, in: .random())
    }

    @Test("Of the receipts that move within a second, the newest of each member is announced")
    func receipts() {
        let test = TestHub()
        let (ada, bob) = (User.ID.random(), User.ID.random())
        let connection = test.connect(ada, in: [room])
        for seq in 1...5 as ClosedRange<Int64> { test.transientEvents.receive([receipt(bob, seq, in: room)]) }
        test.transientEvents.receive([receipt(ada, 2, in: room), receipt(bob, 9, in: .random())])
        #expect(connection.transient.isEmpty)
        _ = test.hub.tick()
        let announced = connection.transient.filter { $0.type == "receipt" }.map(json)
        #expect(Set(announced.map(\.user_id.text)) == [ada.description, bob.description])
        #expect(announced.first { $0.user_id.text == bob.description }?.read_seq == 5)
        _ = test.hub.tick()
        #expect(connection.transient.filter { $0.type == "receipt" }.count == 2)
    }

    @Test("A receipt that follows a newer one moves nothing back")
    func lateReceipt() {
        let test = TestHub()
        let bob = User.ID.random()
        let connection = test.connect(in: [room])
        test.transientEvents.receive([
            Receipt(roomID: room, userID: bob, deliveredSeq: 9, readSeq: 3),
            Receipt(roomID: room, userID: bob, deliveredSeq: 8, readSeq: 8),
            receipt(bob, 5, in: room),
        ])
        _ = test.hub.tick()
        let announced = connection.transient.filter { $0.type == "receipt" }.map(json)
        #expect(announced.map(\.delivered_seq) == [9])
        #expect(announced.map(\.read_seq) == [8])
    }

    @Test("The receipt of a person who has left since is not announced, even when they are a member again")
    func receiptOfEndedMembership() {
        let test = TestHub()
        let bob = User.ID.random()
        let connection = test.connect(in: [room])
        test.transientEvents.receive([receipt(bob, 5, in: room)])
        test.publish(in: room, .leaves(bob))
        test.publish(in: room, .joins(bob))
        _ = test.hub.tick()
        #expect(connection.transient.allSatisfy { $0.type != "receipt" })
    }

    @Test("A receipt is announced after the event that it is for")
    func receiptBehindEvent() {
        let test = TestHub()
        let connection = test.connect(in: [room])
        test.publish(in: room)
        test.hub.publish([test.event(in: room)])
        test.transientEvents.receive([receipt(.random(), 2, in: room)])
        _ = test.hub.tick()
        #expect(connection.positions == [1, 2])
        #expect(connection.transient.count == 1)
    }

    @Test("A delivery to every connection of a room is reported once, no more often than its size allows")
    func deliveries() {
        let test = TestHub()
        let users = (0..<20).map { _ in User.ID.random() }
        for user in users { test.connect(user, in: [room]) }
        test.publish(in: room)
        let first = test.hub.tick().deliveries
        #expect(first.map(\.seq) == [1])
        #expect(Set(first.flatMap(\.users)) == Set(users))
        #expect(test.hub.tick().deliveries.isEmpty)
        test.publish(in: room)
        test.advance(by: .milliseconds(1999))
        #expect(test.hub.tick().deliveries.isEmpty)
        test.advance(by: .milliseconds(1))
        #expect(test.hub.tick().deliveries.map(\.seq) == [2])
    }

    @Test("A receipt that is written while somebody connects is announced to them")
    func receiptBeforeConnect() {
        let test = TestHub(limits: Hub.Limits(receiptRoomsWithoutSubscribers: 2))
        let rooms = (0..<3).map { _ in Room.ID.random() }
        for room in rooms { test.transientEvents.receive([receipt(.random(), 1, in: room)]) }
        let connections = rooms.map { test.connect(in: [$0]) }
        _ = test.hub.tick()
        #expect(connections.map { $0.transient.count { $0.type == "receipt" } } == [1, 1, 0])
    }

    @Test("I8: The deliveries of many busy rooms are reported one room after another")
    func spreadDeliveries() {
        let test = TestHub(limits: Hub.Limits(receiptsPerTick: 5))
        let rooms = (0..<6).map { _ in Room.ID.random() }
        for room in rooms { for _ in 0..<2 { test.connect(in: [room]) } }
        for room in rooms { test.publish(in: room) }
        var seen: [Room.ID] = []
        for _ in 0..<3 {
            let deliveries = test.hub.tick().deliveries
            #expect(deliveries.count == 2)
            seen += deliveries.map(\.room)
        }
        #expect(Set(seen) == Set(rooms))
    }

    @Test("Events that wait for a slow client have not been delivered")
    func slowClient() {
        let test = TestHub()
        let (quick, slow) = (test.connect(in: [room]), test.connect(in: [room]))
        slow.isCaughtUp = false
        test.publish(in: room)
        #expect(test.hub.tick().deliveries.map(\.users) == [[quick.userID]])
        slow.isCaughtUp = true
        test.advance(by: .seconds(1))
        #expect(test.hub.tick().deliveries.first?.users.contains(slow.userID) == true)
        test.advance(by: .seconds(1))
        #expect(test.hub.tick().deliveries.isEmpty)
    }

    @Test("I7: presence is announced to everybody who shares a room, once for however many rooms")
    func presence() {
        let test = TestHub(presence: .init(grace: .seconds(20)))
        let rooms = [room, .random(), .random()]
        let (ada, bob) = (User.ID.random(), User.ID.random())
        let (friend, stranger) = (test.connect(bob, in: rooms), test.connect(in: [.random()]))
        _ = test.hub.tick()
        let connection = test.connect(ada, in: rooms)
        _ = test.hub.tick()
        #expect(friend.transient.map(json).map(\.status) == ["online"])
        connection.leave()
        test.advance(by: .seconds(19))
        _ = test.hub.tick()
        #expect(friend.transient.count == 1)
        test.advance(by: .seconds(1))
        let result = test.hub.tick()
        #expect(result.departed.map(\.user) == [ada])
        #expect(friend.transient.map(json).map(\.status) == ["online", "offline"])
        #expect(friend.transient.map(json).allSatisfy { $0.user_id.text == ada.description })
        #expect(stranger.transient.isEmpty)
        #expect(!test.hub.table.contains(ada))
    }

    @Test("I8: when a whole room connects at once, each receives the presence of the others in one batch")
    func crowd() {
        let test = TestHub()
        let connections = (0..<100).map { _ in test.connect(in: [room]) }
        _ = test.hub.tick()
        #expect(connections.allSatisfy { $0.transientBatchCount == 1 })
        for connection in connections {
            let others = connections.map(\.userID).filter { $0 != connection.userID }
            #expect(Set(connection.transient.map(json).map(\.user_id.text)) == Set(others.map(\.description)))
        }
    }

    @Test("I8: when many connect at once, each tick announces a limited number of them, room by room")
    func crowdedTown() {
        let test = TestHub(limits: Hub.Limits(presencePerTick: 12))
        let rooms = (0..<6).map { _ in Room.ID.random() }
        let connections = rooms.flatMap { room in (0..<3).map { _ in test.connect(in: [room]) } }
        for round in 1...6 {
            _ = test.hub.tick()
            #expect(connections.count { $0.transient.count == 2 } == 3 * round)
            #expect(connections.count { $0.transient.isEmpty } == 18 - 3 * round)
        }
        _ = test.hub.tick()
        #expect(connections.allSatisfy { $0.transientBatchCount == 1 })
    }

    @Test("I7: a person who was removed from a room while disconnected is not announced there as offline")
    func removedWhileAway() {
        let test = TestHub()
        let ada = User.ID.random()
        let friend = test.connect(in: [room])
        let connection = test.connect(ada, in: [room])
        _ = test.hub.tick()
        let before = friend.transient.count
        connection.leave()
        test.publish(in: room, .leaves(ada))
        test.advance(by: .seconds(30))
        #expect(test.hub.tick().departed.map(\.user) == [ada])
        #expect(friend.transient.count == before)
    }

    @Test("I8: A room that everybody has left keeps neither receipts nor delivery reports")
    func memory() {
        let test = TestHub()
        let connection = test.connect(in: [room])
        test.publish(in: room)
        test.transientEvents.receive([receipt(.random(), 1, in: room)])
        test.hub.publish([test.event(in: room)])
        connection.leave()
        test.advance(by: .milliseconds(5))
        #expect(test.hub.deliveryReports.isEmpty)
        _ = test.hub.tick()
        #expect(test.transientEvents.receipts.isEmpty)
        #expect(test.hub.table.rooms.isEmpty)
    }
}
