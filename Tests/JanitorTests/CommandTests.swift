import Foundation
import Media
import SnugSettings
import TestSupport
import Testing

@testable import Chat
@testable import Janitor

@Suite("snug-janitor", .timeLimit(.standard))
struct CommandTests {
    private struct Report: Decodable {
        struct Entry: Decodable, Equatable {
            let rows: Int
            let files: Int
            let bytes: Int
        }

        let dry_run: Bool
        let stopped: Bool
        let seconds: Double
        let receiving, unattached, deleted, rooms, keys, unknown, trash: Entry
    }

    @Test("I5: sweep --json says in one line of JSON what it did")
    func json() async throws {
        try await withStorage { storage in
            let gone = try await storage.unattached(age: .hours(30))
            let (_, kept) = try await storage.attached(age: .hours(30))
            try await storage.key("old", age: .hours(30))
            let run = try await JanitorProcess.run(["sweep", "--json"], environment: ["SNUG_STORAGE": storage.folder])
            #expect(run.status == 0)
            #expect(run.output.split(separator: "\n").count == 1)
            let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
            #expect(!report.dry_run && !report.stopped)
            #expect(report.unattached.rows == 1)
            #expect(report.keys.rows == 1)
            #expect(report.deleted == Report.Entry(rows: 1, files: 2, bytes: 20))
            #expect(try await storage.isGone(gone))
            #expect(storage.hasFiles(kept))
        }
    }

    @Test("sweep --dry-run only tells")
    func dryRun() async throws {
        try await withStorage { storage in
            _ = try await storage.unattached(age: .hours(30))
            let before = (files: try storage.files(), rows: try await storage.rows())
            let run = try await JanitorProcess.run(["sweep", "--dry-run", "--storage", storage.folder])
            #expect(run.status == 0)
            #expect(run.output.contains("1 deleted attachments with 2 files, 20 bytes, would be removed"))
            #expect(try storage.files() == before.files)
            #expect(try await storage.rows() == before.rows)
        }
    }

    @Test("I5: A sweep that the brake stopped says so and exits with 1")
    func brake() async throws {
        try await withStorage { storage in
            for _ in 0..<60 { try storage.stray(age: .hours(30)) }
            let before = try storage.files()
            let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            #expect(run.status == 1)
            #expect(run.output.contains("STOPPED"))
            #expect(try storage.files() == before)
        }
    }

    @Test("A sweep leaves its result in the storage, readable by its owner; a dry run leaves nothing")
    func status() async throws {
        try await withStorage { storage in
            _ = try await storage.unattached(age: .hours(30))
            #expect(try await JanitorProcess.run(["sweep", "--dry-run", "--storage", storage.folder]).status == 0)
            #expect(JanitorStatus(storage: storage.folder) == nil)
            let start = Date.now.timeIntervalSince1970
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 0)
            let status = try #require(JanitorStatus(storage: storage.folder))
            #expect(status.outcome == .done)
            #expect(status.finishedAt >= start && status.doneAt == status.finishedAt)
            #expect(status.findings["unattached"]?.rows == 1)
            #expect(Set(status.findings.keys) == Set(SweepStep.all.map(\.name)))
            let path = storage.folder + "/" + JanitorStatus.fileName
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        }
    }

    @Test("A sweep that was stopped or has failed does not count as done")
    func unsuccessfulStatus() async throws {
        try await withStorage { storage in
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 0)
            let done = try #require(JanitorStatus(storage: storage.folder))
            let strays = try (0..<60).map { _ in try storage.stray(age: .hours(30)) }
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 1)
            let stopped = try #require(JanitorStatus(storage: storage.folder))
            #expect(stopped.outcome == .stopped && stopped.doneAt == done.doneAt)
            #expect(stopped.finishedAt > done.finishedAt)
            for stray in strays { try FileManager.default.removeItem(atPath: storage.path(of: .original(stray))) }
            // The folder of a day in the trash that cannot be listed.
            try Data().write(to: URL(fileURLWithPath: storage.media + "/trash/20200101"))
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 70)
            let failed = try #require(JanitorStatus(storage: storage.folder))
            #expect(failed.outcome == .failed && failed.doneAt == done.doneAt && failed.findings.isEmpty)
        }
    }

    @Test("A second janitor leaves the storage to the first and exits with 75")
    func lock() async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            let lock = try #require(try JanitorLock(storage: storage.folder))
            #expect(try JanitorLock(storage: storage.folder) == nil)
            let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            #expect(run.status == 75)
            #expect(run.errors.contains("Another janitor is running"))
            #expect(storage.hasFiles(gone))
            lock.release()
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 0)
            #expect(try await storage.isGone(gone))
        }
    }

    @Test("I5: A folder without a database is refused, and none is made")
    func noDatabase() async throws {
        try await withStorage { storage in
            let other = storage.folder + "/other"
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            let run = try await JanitorProcess.run(["sweep", "--storage", other])
            #expect(run.isRefused)
            #expect(run.errors.contains("There is no database in \(other)"))
            #expect(!storage.isThere(other + "/snug.sqlite"))
        }
    }

    @Test("I5: A media folder without its sentinel is refused, and nothing is removed")
    func noSentinel() async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            try FileManager.default.removeItem(atPath: storage.media + "/.snug-media")
            let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            #expect(run.isRefused)
            #expect(run.errors.contains("Is the right disk mounted?"))
            #expect(storage.hasFiles(gone))
        }
    }

    @Test("I1: Behind a sweep without a server, the database's file alone has everything")
    func closed() async throws {
        try await withStorage { storage in
            _ = try await storage.deleted()
            try await storage.store.close()
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 0)
            #expect(!storage.isThere(storage.folder + "/snug.sqlite-wal"))
        }
    }

    @Test("I1: A database that was made by a newer Snug is refused, and no byte of it is changed")
    func newer() async throws {
        try await withStorage { storage in
            try await storage.store.change(about: []) { change in
                try change.execute("INSERT INTO grdb_migrations VALUES ('9001')", [])
            }
            try await storage.store.close()
            let path = URL(fileURLWithPath: storage.folder + "/snug.sqlite")
            let before = try Data(contentsOf: path)
            let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            #expect(run.isRefused)
            #expect(run.errors.contains("made by a newer Snug"))
            #expect(try Data(contentsOf: path) == before)
            #expect(!storage.isThere(path.path + "-wal"))
        }
    }

    @Test("A storage folder that is not there is named")
    func noStorage() async throws {
        let run = try await JanitorProcess.run(["sweep", "--storage", "/nowhere/at/all"])
        #expect(run.isRefused)
        #expect(run.errors.contains("/nowhere/at/all"))
    }

    @Test("A grace period comes from the option, else from the environment")
    func settings() async throws {
        try await withStorage { storage in
            let upload = try await storage.unattached(age: .hours(2))
            let environment = ["SNUG_STORAGE": storage.folder, "SNUG_GRACE_UNATTACHED": "1h"]
            let patient = ["sweep", "--grace-unattached", "3h"]
            #expect(try await JanitorProcess.run(patient, environment: environment).status == 0)
            #expect(storage.hasFiles(upload))
            #expect(try await JanitorProcess.run(["sweep"], environment: environment).status == 0)
            #expect(try await storage.isGone(upload))
        }
    }

    @Test(
        "A setting that cannot be understood is named with its value, and nothing is swept",
        arguments: [
            "SNUG_GRACE_RECEIVING", "SNUG_GRACE_UNATTACHED", "SNUG_GRACE_UNKNOWN", "SNUG_GRACE_TRASH",
        ]
    )
    func badEnvironment(name: String) async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            let environment = ["SNUG_STORAGE": storage.folder, name: "tomorrow"]
            let run = try await JanitorProcess.run(["sweep"], environment: environment)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errors.contains("\(name)=tomorrow"))
            #expect(storage.hasFiles(gone))
        }
    }

    @Test("The server's file of settings is read too, and its settings are known to the janitor")
    func file() async throws {
        try await withStorage { storage in
            let upload = try await storage.unattached(age: .hours(2))
            let path = storage.folder + "/snug.yaml"
            try "port: 80\ngrace_unattached: 1h\n".write(toFile: path, atomically: true, encoding: .utf8)
            let environment = ["SNUG_STORAGE": storage.folder, "SNUG_MAX_CONNECTIONS": "7"]
            #expect(try await JanitorProcess.run(["sweep"], environment: environment).status == 0)
            #expect(try await storage.isGone(upload))
        }
    }

    @Test("A variable that is not known stops the sweep")
    func unknownVariable() async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            let environment = ["SNUG_STORAGE": storage.folder, "SNUG_GRACE_TRAHS": "1h"]
            let run = try await JanitorProcess.run(["sweep"], environment: environment)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errors.contains("Did you mean SNUG_GRACE_TRASH?"))
            #expect(storage.hasFiles(gone))
        }
    }

    @Test("A bad option is named with its value and with what is allowed; a setting ends with 1, a name with 64")
    func badOption() async throws {
        let run = try await JanitorProcess.run(["sweep", "--grace-trash", "soon"])
        #expect(run.status == 1)
        #expect(run.errors.contains("--grace-trash soon is not valid: expected a duration such as 30m, 24h or 7d"))
        #expect(try await JanitorProcess.run(["sweep", "--grace-rubbish", "1h"]).status == 64)
    }
}

@Suite("Time spans of operators", .timeLimit(.standard))
struct PeriodTests {
    @Test(
        "Seconds, minutes, hours and days are understood",
        arguments: [
            ("0s", 0), ("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800),
        ]
    )
    func good(text: String, seconds: Int) {
        #expect(Period(text)?.seconds == seconds)
    }

    @Test("Anything else is not", arguments: ["", "h", "24", "-1h", "1.5h", "1w", "1 h", "h1", "999999d", "1hh"])
    func bad(text: String) {
        #expect(Period(text) == nil)
    }

    @Test("The grace periods are those of the design")
    func defaults() {
        let grace = GracePeriods()
        #expect(grace.receiving.seconds == 3600)
        #expect(grace.unattached.seconds == 24 * 3600)
        #expect(grace.unknown.seconds == 24 * 3600)
        #expect(grace.log.seconds == 7 * 24 * 3600)
        #expect(grace.trash.seconds == 7 * 24 * 3600)
    }
}
