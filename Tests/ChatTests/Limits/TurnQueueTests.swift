import TestSupport
import Testing

@testable import Chat

@Suite("Fair queue", .timeLimit(.standard))
struct TurnQueueTests {
    private let start = ContinuousClock.now

    /// Puts jobs in, each with its keys, and gives the order in which they get their turns.
    private func order(_ jobs: [[String]]) -> [Int] {
        var queue = TurnQueue<String>()
        for (id, keys) in jobs.enumerated() { _ = queue.enter(id, keys: Set(keys), at: start) }
        var order = [0]
        while let next = queue.finish(at: start).next { order.append(next) }
        return order
    }

    @Test("The first job starts at once, and the others get their turns one after another")
    func oneAtATime() {
        var queue = TurnQueue<String>()
        let entrances = [queue.enter(1, keys: ["a"], at: start), queue.enter(2, keys: ["b"], at: start)]
        #expect(entrances == [.begins, .waits])
        #expect(queue.waitingCount == 1)
        let steps = [queue.finish(at: start), queue.finish(at: start)]
        #expect(steps == [.init(next: 2), .init()])
        let entrance = queue.enter(3, keys: ["b"], at: start)
        #expect(entrance == .begins)
    }

    @Test("A single job does not wait behind all the jobs of a busy key")
    func fair() {
        #expect(order([["eve"], ["eve"], ["eve"], ["eve"], ["ada"], ["bob"]]) == [0, 4, 5, 1, 2, 3])
    }

    @Test("Jobs that share either key take turns: many names from one address, and many addresses for one name")
    func twoKeys() {
        #expect(order([["a", "home"], ["b", "home"], ["c", "home"], ["d", "office"]]) == [0, 3, 1, 2])
        #expect(order([["a", "1"], ["a", "2"], ["a", "3"], ["b", "4"]]) == [0, 3, 1, 2])
    }

    @Test("No job overtakes another one that waits for one of its keys")
    func noPassing() {
        // 1 waits for a and for the key x that 2 holds; 3 could have a before 1 but came later.
        #expect(order([["a"], ["a", "x"], ["x"], ["a"]]) == [0, 1, 2, 3])
        #expect(order([["a"], ["x"], ["a", "x"], ["a"], ["b"]]) == [0, 1, 4, 2, 3])
    }

    @Test("Jobs without a key wait in order of arrival")
    func noKeys() {
        #expect(order([[], [], ["a"], []]) == [0, 1, 2, 3])
    }

    @Test("I8: one key can fill neither the round nor the queue")
    func bounds() {
        var limits = TurnLimits()
        (limits.round, limits.behind, limits.behindEachKey) = (2, 3, 2)
        var queue = TurnQueue<String>(limits)
        let keys = ["eve", "eve", "eve", "eve", "ada", "ada", "ada", "bob", "cyd"]
        let entrances = keys.enumerated().map { queue.enter($0, keys: [$1], at: start) }
        #expect(
            entrances == [.begins, .waits, .waits, .refused, .waits, .waits, .refused, .waits, .refused]
        )
        #expect(queue.waitingCount == 5)
    }

    @Test("I8: a job that has waited too long gets no turn")
    func expiry() {
        var queue = TurnQueue<String>()
        _ = queue.enter(1, keys: ["a"], at: start)
        _ = queue.enter(2, keys: ["b"], at: start)
        _ = queue.enter(3, keys: ["a"], at: start)
        _ = queue.enter(4, keys: ["c"], at: start + .seconds(1))
        let late = start + TurnLimits().wait + .seconds(1)
        let step = queue.finish(at: late)
        #expect(step == .init(next: 4, expired: [2, 3]))
        #expect(queue.waitingCount == 0)
    }

    @Test("A job that leaves makes room for the next one of the same key")
    func leaving() {
        var queue = TurnQueue<String>()
        _ = queue.enter(1, keys: ["a"], at: start)
        for (id, key) in [(2, "b"), (3, "b"), (4, "c")] { _ = queue.enter(id, keys: [key], at: start) }
        let left = [2, 2, 1].map { queue.leave($0) }
        #expect(left == [true, false, false])
        let turns = (0..<3).map { _ in queue.finish(at: start).next }
        #expect(turns == [4, 3, nil])
    }
}
