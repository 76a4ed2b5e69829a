import Foundation
import Media
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Statistics", .timeLimit(.standard))
struct StatisticsTests {
    private func collect(_ storage: TestStorage) async throws -> StatisticsReport {
        try await StatisticsCollector(
            store: storage.store,
            archive: storage.archive,
            sweep: storage.sweep(isDryRun: true)
        ).collect()
    }

    @Test("Attachments are counted by kind and state, with their variants")
    func groups() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            _ = try await storage.picture()
            _ = try await storage.unattached(age: .zero)
            _ = try await storage.unfinished(age: .zero)
            _ = try await storage.deleted()
            let report = try await collect(storage)
            let found = Dictionary(
                uniqueKeysWithValues: report.attachments.map {
                    ("\($0.kind) \($0.state)", [Int64($0.use.attachments), $0.use.originalBytes, $0.use.variantBytes])
                }
            )
            #expect(
                found == [
                    "image ready": [2, 20, 20], "image processing": [1, 10, 0], "image deleted": [1, 10, 0],
                    "file receiving": [1, 0, 0],
                ]
            )
        }
    }

    @Test("Variants that share a file count once, and an animation counts")
    func sharedVariants() async throws {
        try await withStorage { storage in
            let id = try await storage.unattached(age: .zero)
            let small = { (size: VariantSize) in
                Variant(size: size, fileSize: .thumbnail, width: 4, height: 3, format: .jpg, byteCount: 10)
            }
            _ = try await storage.store.renderings.finish(
                id,
                variants: VariantSize.allCases.map(small),
                animation: Animation(width: 4, height: 3, byteCount: 7)
            )
            #expect(try await collect(storage).attachments.map(\.use.variantBytes) == [17])
        }
    }

    @Test("Rooms and users are listed with the largest first, and direct rooms without a name")
    func holders() async throws {
        try await withStorage { storage in
            let other = try await storage.store.people.create(username: "bob", displayName: "Bob", passwordHash: "hash")
                .id
            _ = try await storage.picture()
            let large = try await storage.store.rooms.create(
                kind: .private,
                name: "Large",
                topic: nil,
                owner: storage.owner
            )
            for _ in 0..<2 {
                let file = try await storage.upload()
                let draft = Draft(body: "", attachmentIDs: [file])
                _ = try await storage.store.messages.post(draft, in: large.room.id, by: storage.owner)
            }
            try await storage.damage(
                "INSERT INTO attachments (id, owner_id, state, byte_count, sha256, created_at) VALUES (?, ?, 'received', 5, ?, 1)",
                [Attachment.ID.random().bytes, other.bytes, Data(repeating: 1, count: 32)]
            )
            let report = try await collect(storage)
            #expect(report.rooms.map(\.name) == ["Large", "Room"])
            #expect(report.rooms.map(\.use.bytes) == [40, 20])
            #expect(report.users.map(\.name) == ["ada", "bob"])
            #expect(report.users.map(\.use.bytes) == [60, 5])
        }
    }

    @Test("Messages and attachments are counted on the day on which they were made")
    func days() async throws {
        try await withStorage { storage in
            // Noon, so that no midnight comes between.
            let noon = Duration.milliseconds(Timestamp.now.milliseconds % 86_400_000) - .hours(12)
            for days in [0, 1, 1, 29, 31] {
                storage.clock.age = noon + .days(days)
                _ = try await storage.picture()
            }
            storage.clock.age = noon
            let days = try await collect(storage).days
            #expect(days.count == 30)
            #expect(days.map(\.messages) == [1] + Array(repeating: 0, count: 27) + [2, 1])
            #expect(days.map(\.bytes) == [20] + Array(repeating: 0, count: 27) + [40, 20])
            #expect(days.map(\.day) == days.map(\.day).sorted())
        }
    }

    @Test("The trash and what the next sweep removes and moves are counted, and nothing is changed")
    func sweep() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            _ = try await storage.deleted()
            try storage.stray(age: .hours(30))
            for day in [0, 9] {
                let folder = "\(storage.media)/trash/\(TrashDay(Date(timeIntervalSinceNow: -Double(day) * 86_400)))"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try storage.write("\(folder)/\(BlobID.random())", age: .zero)
            }
            let before = (files: try storage.files(), rows: try await storage.rows())
            let report = try await collect(storage)
            #expect(report.trash.files == 2 && report.trash.bytes == 20)
            #expect(report.nextSweep.files == 3 && report.nextSweep.bytes == 30)
            #expect(report.nextSweep.movedFiles == 1 && report.nextSweep.movedBytes == 10)
            #expect(try storage.files() == before.files)
            #expect(try await storage.rows() == before.rows)
        }
    }

    @Test("The database's size is that of its file, and deleted rows leave free pages")
    func database() async throws {
        try await withStorage { storage in
            for number in 0..<200 {
                let draft = Draft(body: String(repeating: "\(number) ", count: 500))
                _ = try await storage.store.messages.post(draft, in: storage.room, by: storage.owner)
            }
            try await storage.damage("DELETE FROM messages")
            let report = try await collect(storage).database
            #expect(report.freePages > 20 && report.freeBytes % report.freePages == 0)
            try await storage.damage("PRAGMA wal_checkpoint(TRUNCATE)")
            let attributes = try FileManager.default.attributesOfItem(atPath: storage.folder + "/snug.sqlite")
            #expect(report.bytes == (attributes[.size] as? NSNumber)?.intValue)
        }
    }
}

@Suite("Forecast", .timeLimit(.standard))
struct ForecastTests {
    /// Consecutive days, the last of which is today.
    private func days(_ bytes: [Int64]) -> [DayOfGrowth] {
        bytes.enumerated().map { number, bytes in
            var day = DayOfGrowth(start: Timestamp(milliseconds: Int64(number) * 86_400_000))
            (day.bytes, day.messages) = (bytes, Int(bytes / 10))
            return day
        }
    }

    @Test("The mean of the whole days is added for each day to come")
    func mean() {
        let forecast = Forecast(days([100, 0, 200, 300, 999]), since: Timestamp(milliseconds: 0), storing: 1000)
        #expect(forecast.observedDays == 4)
        #expect(forecast.bytesPerDay == 150 && forecast.messagesPerDay == 15)
        #expect(forecast.bytesIn30Days == 1000 + 30 * 150)
        #expect(forecast.bytesIn365Days == 1000 + 365 * 150)
    }

    @Test("Days before the storage was used do not lower the mean")
    func young() {
        let beginning = days([0, 0, 0, 0, 0])[2].start + .seconds(3600)
        let forecast = Forecast(days([0, 0, 200, 300, 999]), since: beginning, storing: 0)
        #expect(forecast.observedDays == 2 && forecast.bytesPerDay == 250)
    }

    @Test("On its first day a storage is expected to grow by as much as today")
    func firstDay() {
        let today = days([0, 0, 0, 0, 40])
        let forecast = Forecast(today, since: today[4].start + .seconds(60), storing: 40)
        #expect(forecast.observedDays == 0 && forecast.bytesPerDay == 40)
        #expect(Forecast(today, since: nil, storing: 40).observedDays == 0)
    }

    @Test(
        "Sizes have the largest unit of which there is one",
        arguments: [
            (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"), (5 << 40, "5.0 TiB"),
        ]
    )
    func sizes(bytes: Int, text: String) {
        #expect(StatisticsReport.size(bytes) == text)
    }
}

@Suite("snug-janitor stats", .timeLimit(.standard))
struct StatsCommandTests {
    @Test("--json is one line of JSON with the sections of the description")
    func json() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            let run = try await JanitorProcess.run(["stats", "--json", "--storage", storage.folder])
            #expect(run.status == 0, "\(run)")
            #expect(run.output.split(separator: "\n").count == 1)
            let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            #expect(
                Set(report.keys) == [
                    "attachments", "rooms", "users", "days", "forecast", "trash", "next_sweep", "database", "archive",
                    "seconds",
                ]
            )
            let forecast = try #require(report["forecast"] as? [String: Any])
            #expect(
                Set(forecast.keys) == [
                    "observed_days", "messages_per_day", "bytes_per_day", "bytes_in_30_days", "bytes_in_365_days",
                ]
            )
        }
    }

    @Test("The description has every section, and runs beside another janitor")
    func description() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            let lock = try #require(try JanitorLock(storage: storage.folder))
            defer { lock.release() }
            let run = try await JanitorProcess.run(["stats", "--storage", storage.folder])
            #expect(run.status == 0, "\(run)")
            let sections = run.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }
            #expect(sections.count == 9)
            #expect(run.output.contains("    image, ready: 1 attachments, 10 bytes of originals, 10 bytes of variants"))
            #expect(run.output.contains("    ada: 1 attachments, 10 bytes of originals, 10 bytes of variants"))
            #expect(run.output.contains("trash: 0 files, 0 bytes"))
        }
    }
}
