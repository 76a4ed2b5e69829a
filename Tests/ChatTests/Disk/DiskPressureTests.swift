import TestSupport
import Testing

@testable import Chat

@Suite("Levels of free space", .timeLimit(.standard))
struct DiskPressureTests {
    private static let total = 1_000_000

    private func level(at free: [Int], _ thresholds: DiskPressure.Thresholds = .init()) -> [DiskLevel] {
        var pressure = DiskPressure(thresholds)
        return free.map { free in
            pressure.measured(free: free, total: Self.total)
            return pressure.level
        }
    }

    @Test("A level begins below its threshold, not at it")
    func thresholds() {
        #expect(level(at: [1_000_000, 100_000, 99_999]) == [.ample, .ample, .low])
        #expect(level(at: [50_000, 49_999]) == [.low, .noUploads])
        #expect(level(at: [20_000, 19_999, 0]) == [.noUploads, .noWrites, .noWrites])
    }

    @Test("A level is left only with a margin, and then for the level that applies")
    func hysteresis() {
        #expect(level(at: [99_999, 100_000, 109_999, 110_000]) == [.low, .low, .low, .ample])
        // At most one percent.
        #expect(level(at: [49_999, 50_000, 59_999, 60_000]) == [.noUploads, .noUploads, .noUploads, .low])
        #expect(level(at: [19_999, 20_000, 24_999, 25_000]) == [.noWrites, .noWrites, .noWrites, .noUploads])
        #expect(level(at: [0, 1_000_000]) == [.noWrites, .ample])
    }

    @Test("A disk that swings around a threshold changes its level once")
    func flapping() {
        let swings = (0..<100).map { 20_000 + ($0.isMultiple(of: 2) ? -1 : 1) }
        #expect(Set(level(at: swings)) == [.noWrites])
    }

    @Test("A threshold that is off is never reached, and the others apply")
    func off() {
        var thresholds = DiskPressure.Thresholds()
        thresholds.uploads = Percentage(tenths: 0)
        #expect(level(at: [49_999, 19_999, 30_000], thresholds) == [.low, .noWrites, .low])
        thresholds.writes = Percentage(tenths: 0)
        #expect(level(at: [0], thresholds) == [.low])
        thresholds.warning = Percentage(tenths: 0)
        #expect(level(at: [0], thresholds) == [.ample])
    }

    @Test("After the disk was full, no measurement allows writes before the reserve is there again")
    func exhausted() {
        var pressure = DiskPressure()
        pressure.exhausted()
        pressure.measured(free: Self.total, total: Self.total)
        #expect(pressure.level == .noWrites)
        pressure.replenished()
        pressure.measured(free: Self.total, total: Self.total)
        #expect(pressure.level == .ample)
    }

    @Test("Thresholds are in order if each that is not off is at most as high as the one before it")
    func order() {
        let cases: [(Int, Int, Int, Bool)] = [
            (100, 50, 20, true), (50, 50, 50, true), (0, 0, 0, true), (0, 50, 20, true), (100, 0, 20, true),
            (40, 50, 20, false), (100, 10, 20, false), (10, 0, 20, false), (0, 10, 20, false),
        ]
        for (warning, uploads, writes, isInOrder) in cases {
            var thresholds = DiskPressure.Thresholds()
            thresholds.warning = Percentage(tenths: warning)
            thresholds.uploads = Percentage(tenths: uploads)
            thresholds.writes = Percentage(tenths: writes)
            #expect(thresholds.areInOrder == isInOrder, "\(warning) \(uploads) \(writes)")
        }
    }

    @Test("A percentage has at most one decimal and is read as it is written")
    func percentages() {
        for (text, tenths) in [("off", 0), ("0", 0), ("0.0", 0), ("0.5", 5), ("5", 50), ("12.3", 123), ("50", 500)] {
            #expect(Percentage(text)?.tenths == tenths, "\(text)")
        }
        for text in ["", "-1", "+1", "50.1", "51", "5.", ".5", "0.55", "5 %", "five", "1.-1", "1.2.3"] {
            #expect(Percentage(text) == nil, "\(text)")
        }
        #expect([0, 5, 50, 123].map { Percentage(tenths: $0).description } == ["off", "0.5", "5", "12.3"])
    }

    @Test("The size of no disk overflows")
    func hugeDisk() {
        #expect(Percentage(tenths: 500).part(of: .max) == Int.max / 1000 * 500 + 403)
        #expect(Percentage(tenths: 1).part(of: 999) == 0)
    }
}
