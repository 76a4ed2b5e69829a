import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Uploads within a day", .timeLimit(.standard))
struct UploadedDayTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    private func day(_ spans: [(minute: Int, byteCount: Int)]) -> UploadedDay {
        UploadedDay(spans: spans.map { .init(start: start + .seconds($0.minute * 60), byteCount: $0.byteCount) })
    }

    private func wait(_ day: UploadedDay, for byteCount: Int, limit: Int = 1000, atMinute minute: Int) -> Int? {
        day.wait(for: byteCount, limit: limit, at: start + .seconds(minute * 60))
    }

    @Test("Exactly the limit fits, one byte more does not")
    func limit() {
        #expect(wait(day([]), for: 1000, atMinute: 0) == nil)
        #expect(wait(day([(0, 400)]), for: 600, atMinute: 5) == nil)
        #expect(wait(day([(0, 400)]), for: 601, atMinute: 5) != nil)
    }

    @Test("The wait lasts until enough uploads are a day old")
    func enough() {
        let day = day([(0, 300), (60, 300), (120, 400)])
        let dayAndSpan = 86_400 + 600
        #expect(wait(day, for: 1, atMinute: 130) == dayAndSpan - 130 * 60)
        #expect(wait(day, for: 300, atMinute: 130) == dayAndSpan - 130 * 60)
        #expect(wait(day, for: 301, atMinute: 130) == dayAndSpan + (60 - 130) * 60)
        #expect(wait(day, for: 1000, atMinute: 130) == dayAndSpan + (120 - 130) * 60)
    }

    @Test("A bucket counts until all of it is a day old")
    func horizon() {
        let day = day([(0, 1000)])
        #expect(wait(day, for: 1, atMinute: 24 * 60 + 9) == 60)
        #expect(wait(day, for: 1, atMinute: 24 * 60 + 10) == nil)
    }

    @Test("An upload larger than the limit gets the time when all others have expired")
    func tooLarge() {
        #expect(wait(day([(0, 10), (10, 10)]), for: 2000, atMinute: 10) == 86_400 + 600)
        #expect(wait(day([]), for: 2000, atMinute: 10) == 1)
        #expect(wait(day([(0, 10)]), for: .max, limit: .max, atMinute: 0) != nil)
    }

    @Test("A bucket has ten minutes")
    func spans() {
        for seconds in [0, 1, 599] {
            #expect(UploadedDay.spanStart(at: start + .seconds(seconds)) == start)
        }
        #expect(UploadedDay.spanStart(at: start + .seconds(600)) == start + .seconds(600))
    }

    @Test("Uploads made while the clock was days ahead do not count, and no wait exceeds the window")
    func clockAhead() {
        let ahead = day([(0, 300), (3 * 1440, 900)])
        #expect(wait(ahead, for: 700, atMinute: 5) == nil)
        #expect(wait(ahead, for: 701, atMinute: 5) == 86_400 + 600 - 300)
        // A span that begins a moment from now is of a clock that was set right.
        let close = day([(10, 1000)])
        #expect(wait(close, for: 1, atMinute: 9) == 86_400 + 600)
        #expect(wait(close, for: 1, atMinute: -1) == nil)
    }
}
