import Foundation
import SnugSettings
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("The upkeep of the database", .timeLimit(.standard))
struct UpkeepTests {
    private let midnight = Timestamp(milliseconds: 1_790_035_200_000)

    private func isDue(_ window: String?, hour: Int, minutesSinceMessage: Int?) -> Bool {
        var rule = UpkeepRule(window: window.flatMap { DailyWindow($0) })
        rule.calendar = Calendar(identifier: .gregorian)
        rule.calendar.timeZone = .gmt
        let now = midnight + .hours(hour)
        return rule.isDue(at: now, newestMessage: minutesSinceMessage.map { now - .minutes($0) })
    }

    @Test("It is due in the window, and whenever nobody has written for 15 minutes")
    func rule() {
        #expect(isDue("03:00-05:00", hour: 3, minutesSinceMessage: 0))
        #expect(isDue("03:00-05:00", hour: 4, minutesSinceMessage: 0))
        #expect(!isDue("03:00-05:00", hour: 5, minutesSinceMessage: 0))
        #expect(!isDue("03:00-05:00", hour: 12, minutesSinceMessage: 14))
        #expect(isDue("03:00-05:00", hour: 12, minutesSinceMessage: 15))
        #expect(isDue("03:00-05:00", hour: 12, minutesSinceMessage: nil))
        #expect(isDue("23:00-01:00", hour: 0, minutesSinceMessage: 0))
        #expect(!isDue(nil, hour: 3, minutesSinceMessage: nil))
    }

    @Test("The window is in local time")
    func localTime() throws {
        var rule = UpkeepRule(window: DailyWindow("03:00-05:00"))
        rule.calendar.timeZone = try #require(TimeZone(secondsFromGMT: 2 * 3600))
        #expect(rule.isDue(at: midnight + .hours(1), newestMessage: midnight + .hours(1)))
        #expect(!rule.isDue(at: midnight + .hours(3), newestMessage: midnight + .hours(3)))
    }

    @Test("A sweep returns the space of removed rows, unless the upkeep is off", arguments: [true, false])
    func sweep(isOn: Bool) async throws {
        try await withStorage { storage in
            let room = try await storage.store.rooms.create(
                kind: .private,
                name: "Gone",
                topic: nil,
                owner: storage.owner
            )
            let body = String(repeating: "x", count: 2000)
            storage.clock.age = .minutes(20)
            for _ in 0..<3500 {
                _ = try await storage.store.messages.post(Draft(body: body), in: room.room.id, by: storage.owner)
            }
            try await storage.store.rooms.delete(room.room.id, by: storage.owner)
            _ = try await storage.store.messages.post(Draft(body: "last"), in: storage.room, by: storage.owner)
            var sweep = storage.sweep()
            if isOn { sweep.upkeep = UpkeepRule(window: DailyWindow("03:00-05:00")) }
            let report = try await sweep.run()
            #expect(report[.upkeep].isSkipped == !isOn)
            #expect((report[.upkeep].bytes > 1_000_000) == isOn)
            #expect((try await storage.store.reclaimableBytes() > 1_000_000) == !isOn)
            sweep = storage.sweep(isDryRun: true)
            sweep.upkeep = UpkeepRule(window: DailyWindow("03:00-05:00"))
            #expect((try await sweep.run()[.upkeep].bytes > 1_000_000) == !isOn)
        }
    }
}

@Suite("Windows of the day", .timeLimit(.standard))
struct DailyWindowTests {
    @Test("Two times of day are understood, also across midnight", arguments: ["03:00-05:00", "23:30-00:30"])
    func good(text: String) {
        #expect(DailyWindow(text)?.description == text)
    }

    @Test(
        "Anything else is not",
        arguments: ["", "03:00", "3:00-5:00", "03:00-03:00", "24:00-01:00", "03:60-04:00", "03:00-04:00-05:00", "-"]
    )
    func bad(text: String) {
        #expect(DailyWindow(text) == nil)
    }

    @Test("The first minute belongs to the window, the last does not")
    func bounds() throws {
        let night = try #require(DailyWindow("23:30-00:30"))
        #expect([1410, 1439, 0, 29].allSatisfy { night.contains(minute: $0) })
        #expect([1409, 30, 720].allSatisfy { !night.contains(minute: $0) })
        let morning = try #require(DailyWindow("03:00-05:00"))
        #expect([180, 299].allSatisfy { morning.contains(minute: $0) })
        #expect([179, 300].allSatisfy { !morning.contains(minute: $0) })
    }
}
