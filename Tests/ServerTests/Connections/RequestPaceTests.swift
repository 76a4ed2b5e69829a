import NIOCore
import TestSupport
import Testing

@testable import Server

@Suite("Required pace of requests", .timeLimit(.standard))
struct RequestPaceTests {
    private let limits = RequestPace.Limits(
        head: .seconds(10),
        grace: .seconds(20),
        bytesPerSecond: 1000,
        pause: .seconds(45)
    )

    private func second(_ seconds: Int64) -> NIODeadline {
        NIODeadline.uptimeNanoseconds(1_000_000_000) + .seconds(seconds)
    }

    /// Of a server that is waiting for the request.
    private func pace() -> RequestPace {
        var pace = RequestPace(limits)
        pace.beginWaiting(at: second(0))
        return pace
    }

    @Test("Between two requests there is no deadline")
    func between() {
        var pace = pace()
        #expect(pace.deadline == nil)
        pace.receivedHead(at: second(1))
        pace.receivedEnd()
        #expect(pace.deadline == nil)
    }

    @Test("I8: the deadline of a head counts from its first part, however many parts follow")
    func head() {
        var pace = pace()
        pace.receivedFragment(at: second(100))
        #expect(pace.deadline == second(110))
        pace.receivedFragment(at: second(109))
        #expect(pace.deadline == second(110))
        pace.receivedHead(at: second(109))
        pace.receivedEnd()
        #expect(pace.deadline == nil)
    }

    @Test("I8: a body has a grace period, and a trickle extends it by almost nothing")
    func drops() {
        var pace = pace()
        pace.receivedHead(at: second(0))
        #expect(pace.deadline == second(20))
        for drop in 1...19 { pace.receivedBody(byteCount: 10, at: second(Int64(drop))) }
        #expect(pace.deadline == second(20) + .milliseconds(190))
    }

    @Test("A body at the minimum rate has no deadline")
    func leastSpeed() {
        var pace = pace()
        pace.receivedHead(at: second(0))
        for time in 1...100_000 as ClosedRange<Int64> {
            guard let due = pace.deadline, due > second(time) else { return #expect(Bool(false), "cut off at \(time)") }
            pace.receivedBody(byteCount: 1000, at: second(time))
        }
        #expect(pace.deadline == second(100_020))
    }

    @Test("5 MiB at 20 KB/s are accepted, in bursts and with a pause of half a minute")
    func phone() {
        var pace = pace()
        pace.receivedHead(at: second(0))
        var time = Int64(0)
        for lump in 0..<53 {
            time += lump == 26 ? 35 : 5
            #expect(pace.deadline.map { $0 > second(time) } == true)
            pace.receivedBody(byteCount: 100_000, at: second(time))
        }
    }

    @Test("I8: bytes that arrived fast allow a pause, but not one of an hour")
    func pause() {
        var pace = pace()
        pace.receivedHead(at: second(0))
        pace.receivedBody(byteCount: 5_000_000, at: second(1))
        #expect(pace.deadline == second(46))
        pace.receivedBody(byteCount: 1, at: second(40))
        #expect(pace.deadline == second(46) + .milliseconds(1))
    }

    @Test("While the server is busy, the client's time does not count")
    func busy() {
        var pace = pace()
        pace.receivedHead(at: second(0))
        pace.receivedBody(byteCount: 1, at: second(15))
        pace.stopWaiting(at: second(15))
        #expect(pace.deadline == nil)
        pace.beginWaiting(at: second(1000))
        #expect(pace.deadline == second(1005) + .milliseconds(1))
        pace.beginWaiting(at: second(1001))
        #expect(pace.deadline == second(1005) + .milliseconds(1))
    }

    @Test("A client that has sent everything has no deadline")
    func over() {
        var pace = pace()
        pace.receivedHead(at: second(0))
        pace.end()
        pace.receivedFragment(at: second(1))
        pace.receivedBody(byteCount: 1, at: second(1))
        pace.receivedEnd()
        #expect(pace.deadline == nil)
    }
}
