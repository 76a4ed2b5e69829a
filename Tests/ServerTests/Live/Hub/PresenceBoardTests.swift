import NIOCore
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("The rules of presence", .timeLimit(.standard))
struct PresenceBoardTests {
    private let user = User.ID.random()
    private var board = PresenceBoard(limits: .init(away: .minutes(5), grace: .seconds(20), absent: 2))
    private let start = NIODeadline.uptimeNanoseconds(3_600_000_000_000)

    /// The statuses that are announced at a time.
    private mutating func announced(at time: TimeAmount) -> [PresenceBoard.Status] {
        takeChanges(at: time).filter(\.needsAnnouncing).map(\.status)
    }

    private mutating func takeChanges(at time: TimeAmount = .zero) -> [PresenceBoard.StatusChange] {
        let changes = board.changes(at: start + time)
        for change in changes { board.announced(change) }
        return changes
    }

    @Test("A change remains until it has been announced")
    mutating func unannounced() {
        board.connected(user, at: start)
        #expect(board.changes(at: start).map(\.status) == [.online])
        #expect(board.changes(at: start) == board.changes(at: start))
        #expect(announced(at: .zero) == [.online])
        #expect(board.changes(at: start).isEmpty)
    }

    @Test("A person who connects is online, which is announced once")
    mutating func online() {
        #expect(board.status(of: user, at: start) == .offline)
        board.connected(user, at: start)
        #expect(board.status(of: user, at: start) == .online)
        #expect(announced(at: .zero) == [.online])
        board.connected(user, at: start)
        #expect(announced(at: .seconds(1)) == [])
    }

    @Test("A reconnection within the grace period announces nothing")
    mutating func noFlicker() {
        board.connected(user, at: start)
        #expect(announced(at: .zero) == [.online])
        board.disconnected(user, at: start + .seconds(10))
        #expect(announced(at: .seconds(29)) == [])
        board.connected(user, at: start + .seconds(29))
        #expect(announced(at: .seconds(60)) == [])
        board.disconnected(user, at: start + .seconds(60))
        #expect(announced(at: .seconds(80)) == [.offline])
        #expect(announced(at: .seconds(81)) == [])
    }

    @Test("A person stays online while one of two connections remains")
    mutating func twoConnections() {
        board.connected(user, at: start)
        board.connected(user, at: start)
        board.disconnected(user, at: start)
        #expect(announced(at: .seconds(60)) == [.online])
        board.disconnected(user, at: start + .seconds(60))
        board.disconnected(user, at: start + .seconds(60))
        #expect(announced(at: .seconds(80)) == [.offline])
    }

    @Test("An inactive person is away until they do something; a new connection does not count")
    mutating func away() {
        board.connected(user, at: start)
        #expect(announced(at: .zero) == [.online])
        #expect(announced(at: .seconds(299)) == [])
        #expect(announced(at: .minutes(5)) == [.away])
        board.disconnected(user, at: start + .minutes(6))
        board.connected(user, at: start + .minutes(6))
        #expect(announced(at: .minutes(6)) == [])
        board.active(user, at: start + .minutes(7))
        #expect(announced(at: .minutes(7)) == [.online])
        #expect(board.lastActive(user) == start + .minutes(7))
    }

    @Test("A person who is set away is away until they do something")
    mutating func setAway() {
        board.connected(user, at: start)
        board.away(user)
        #expect(announced(at: .zero) == [.away])
        board.active(user, at: start)
        #expect(announced(at: .zero) == [.online])
    }

    @Test("A change that is reverted before it is announced is not announced")
    mutating func coalesced() {
        board.connected(user, at: start)
        #expect(announced(at: .zero) == [.online])
        for _ in 0..<10 {
            board.away(user)
            board.active(user, at: start)
        }
        #expect(announced(at: .seconds(1)) == [])
    }

    @Test("Somebody who connected and left between two ticks is reported, but not announced")
    mutating func unseen() {
        board.connected(user, at: start)
        board.disconnected(user, at: start)
        let changes = takeChanges(at: .seconds(20))
        #expect(changes.map(\.user) == [user])
        #expect(changes.map(\.needsAnnouncing) == [false])
        #expect(takeChanges(at: .seconds(20)).isEmpty)
    }

    @Test("Only a person who is connected becomes active")
    mutating func stranger() {
        board.active(user, at: start)
        board.away(user)
        board.disconnected(user, at: start)
        #expect(board.status(of: user, at: start) == .offline)
        #expect(announced(at: .zero) == [])
    }

    @Test("I8: Above a number of absent people, a person who leaves is offline at once")
    mutating func bounded() {
        let people = (0..<4).map { _ in User.ID.random() }
        for person in people { board.connected(person, at: start) }
        #expect(announced(at: .zero).count == 4)
        for person in people { board.disconnected(person, at: start) }
        #expect(Set(takeChanges().map(\.user)) == Set(people[2...]))
        board.connected(people[0], at: start)
        #expect(announced(at: .seconds(20)) == [.offline])
        #expect(board.status(of: people[0], at: start + .seconds(20)) == .online)
    }
}
