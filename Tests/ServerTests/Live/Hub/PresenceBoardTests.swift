import NIOCore
import Testing

@testable import Chat
@testable import Server

@Suite("Presence, by its rules")
struct PresenceBoardTests {
    private let user = User.ID.random()
    private var board = PresenceBoard(limits: .init(away: .minutes(5), grace: .seconds(20), absent: 2))
    private let start = NIODeadline.uptimeNanoseconds(3_600_000_000_000)

    /// What others hear at a moment, as statuses.
    private mutating func told(at time: TimeAmount) -> [PresenceBoard.Status] {
        takeChanges(at: time).filter(\.isNews).map(\.status)
    }

    private mutating func takeChanges(at time: TimeAmount = .zero) -> [PresenceBoard.Change] {
        let changes = board.changes(at: start + time)
        for change in changes { board.told(change) }
        return changes
    }

    @Test("A change is there until it has been told")
    mutating func untold() {
        board.connected(user, at: start)
        #expect(board.changes(at: start).map(\.status) == [.online])
        #expect(board.changes(at: start) == board.changes(at: start))
        #expect(told(at: .zero) == [.online])
        #expect(board.changes(at: start).isEmpty)
    }

    @Test("Who connects is online, and that is told once")
    mutating func online() {
        #expect(board.status(of: user, at: start) == .offline)
        board.connected(user, at: start)
        #expect(board.status(of: user, at: start) == .online)
        #expect(told(at: .zero) == [.online])
        board.connected(user, at: start)
        #expect(told(at: .seconds(1)) == [])
    }

    @Test("A reconnection within the grace is no coming and going")
    mutating func noFlicker() {
        board.connected(user, at: start)
        #expect(told(at: .zero) == [.online])
        board.disconnected(user, at: start + .seconds(10))
        #expect(told(at: .seconds(29)) == [])
        board.connected(user, at: start + .seconds(29))
        #expect(told(at: .seconds(60)) == [])
        board.disconnected(user, at: start + .seconds(60))
        #expect(told(at: .seconds(80)) == [.offline])
        #expect(told(at: .seconds(81)) == [])
    }

    @Test("One of two connections may go")
    mutating func twoConnections() {
        board.connected(user, at: start)
        board.connected(user, at: start)
        board.disconnected(user, at: start)
        #expect(told(at: .seconds(60)) == [.online])
        board.disconnected(user, at: start + .seconds(60))
        board.disconnected(user, at: start + .seconds(60))
        #expect(told(at: .seconds(80)) == [.offline])
    }

    @Test("Who does nothing is away, until they do something; a new connection is nothing")
    mutating func away() {
        board.connected(user, at: start)
        #expect(told(at: .zero) == [.online])
        #expect(told(at: .seconds(299)) == [])
        #expect(told(at: .minutes(5)) == [.away])
        board.disconnected(user, at: start + .minutes(6))
        board.connected(user, at: start + .minutes(6))
        #expect(told(at: .minutes(6)) == [])
        board.active(user, at: start + .minutes(7))
        #expect(told(at: .minutes(7)) == [.online])
        #expect(board.lastActive(user) == start + .minutes(7))
    }

    @Test("Who says that they are away is, until they do something")
    mutating func saysAway() {
        board.connected(user, at: start)
        board.away(user)
        #expect(told(at: .zero) == [.away])
        board.active(user, at: start)
        #expect(told(at: .zero) == [.online])
    }

    @Test("A change that is taken back before it is told is not told")
    mutating func coalesced() {
        board.connected(user, at: start)
        #expect(told(at: .zero) == [.online])
        for _ in 0..<10 {
            board.away(user)
            board.active(user, at: start)
        }
        #expect(told(at: .seconds(1)) == [])
    }

    @Test("Who came and went between two looks is no news, but was there")
    mutating func unseen() {
        board.connected(user, at: start)
        board.disconnected(user, at: start)
        let changes = takeChanges(at: .seconds(20))
        #expect(changes.map(\.user) == [user])
        #expect(changes.map(\.isNews) == [false])
        #expect(takeChanges(at: .seconds(20)).isEmpty)
    }

    @Test("Nobody who is not connected becomes active")
    mutating func stranger() {
        board.active(user, at: start)
        board.away(user)
        board.disconnected(user, at: start)
        #expect(board.status(of: user, at: start) == .offline)
        #expect(told(at: .zero) == [])
    }

    @Test("I8: Above a number of absent people, who leaves is offline at once")
    mutating func bounded() {
        let people = (0..<4).map { _ in User.ID.random() }
        for person in people { board.connected(person, at: start) }
        #expect(told(at: .zero).count == 4)
        for person in people { board.disconnected(person, at: start) }
        #expect(Set(takeChanges().map(\.user)) == Set(people[2...]))
        board.connected(people[0], at: start)
        #expect(told(at: .seconds(20)) == [.offline])
        #expect(board.status(of: people[0], at: start + .seconds(20)) == .online)
    }
}
