import Foundation
import SnugSettings
import TestSupport
import Testing

@testable import Chat
@testable import Janitor

@Suite("Archiving old messages", .timeLimit(.standard))
struct OldMessagesTests {
    @Test("I1: A sweep moves what is old enough, a dry run tells how much, and without the setting nothing moves")
    func sweep() async throws {
        try await withStorage { storage in
            try await storage.say(90, age: .days(40))
            try await storage.say(110, age: .days(20))
            let before = try await storage.history()
            #expect(try await storage.sweep(batch: 25).run()[.oldMessages].rows == 0)
            let sweep = storage.archivingSweep(batch: 25)
            let dryRun = storage.archivingSweep(isDryRun: true, batch: 25)
            #expect(try await dryRun.run()[.oldMessages].rows == 90)
            #expect(try await storage.count("archived_messages") == 0)
            #expect(try await sweep.run()[.oldMessages].rows == 90)
            #expect(try await storage.count("archived_messages") == 90)
            #expect(try await storage.count("messages") == 110)
            #expect(try await storage.history() == before)
            #expect(try await sweep.run()[.oldMessages].rows == 0)
        }
    }

    @Test("A message that was changed moves again, although archiving is off by now")
    func off() async throws {
        try await withStorage { storage in
            try await storage.say(120, age: .days(40))
            #expect(try await storage.archivingSweep().run()[.oldMessages].rows == 19)
            let first = try await storage.history()[0]
            try await storage.store.messages.delete(first.id, in: storage.room, by: storage.owner)
            #expect(try await storage.sweep(isDryRun: true).run()[.oldMessages].rows == 1)
            #expect(try await storage.sweep().run()[.oldMessages].rows == 1)
            #expect(try await storage.history()[0].deletedAt != nil)
        }
    }

    @Test("I1: snug-janitor that is killed while it moves messages loses and repeats none")
    func killed() async throws {
        try await withStorage { storage in
            try await storage.say(1, age: .days(40))
            try await storage.store.change(about: []) { [room = storage.room, owner = storage.owner] change in
                try change.execute(
                    """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 20000)
                    INSERT INTO messages (id, room_id, seq, sender_id, sender_name, body, created_at)
                    SELECT randomblob(16), ?, 1000 + n, ?, 'Ada', 'text ' || n, 0 FROM number
                    """,
                    [room, owner]
                )
            }
            let before = try await storage.history()
            let process = Process()
            process.executableURL = JanitorProcess.executable
            process.arguments = ["sweep", "--storage", storage.folder, "--archive-after", "30d"]
            process.standardOutput = FileHandle.nullDevice
            let (ends, end) = AsyncStream.makeStream(of: Void.self)
            process.terminationHandler = { _ in end.finish() }
            try process.run()
            while process.isRunning, try await storage.count("archived_messages") < 600 {}
            kill(process.processIdentifier, SIGKILL)
            for await _ in ends {}
            #expect(process.terminationReason == .uncaughtSignal)
            #expect(try await storage.history() == before)
            let run = try await JanitorProcess.run(
                ["sweep", "--archive-after", "30d"],
                environment: ["SNUG_STORAGE": storage.folder]
            )
            #expect(run.status == 0)
            #expect(try await storage.history() == before)
            #expect(try await storage.count("messages") == ArchiveCandidates.kept)
            #expect(try await storage.count("archived_messages") == 20_001 - ArchiveCandidates.kept)
        }
    }

    @Test("I5: An archive of another database stops the sweep with status 78 and one line")
    func foreign() async throws {
        try await withStorage { other in
            try await other.say(110, age: .days(40))
            _ = try await other.archivingSweep().run()
            try await other.store.close()
            try await withStorage { storage in
                try await storage.store.close()
                let archive = "\(storage.folder)/archive.sqlite"
                try FileManager.default.removeItem(atPath: archive)
                try FileManager.default.copyItem(atPath: "\(other.folder)/archive.sqlite", toPath: archive)
                let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
                #expect(run.isRefused)
                #expect(run.errors.contains("another database"))
            }
        }
    }

    @Test("The setting is off, or 30 days at least", arguments: ["29d", "720m", "0d", "soon", "-1d"])
    func setting(bad: String) throws {
        #expect(throws: SettingError.self) { try Settings.read(arguments: ["--archive-after", bad]) }
        #expect(try Settings.read(arguments: ["--archive-after", "30d"]).archiveAfter?.seconds == 30 * 86_400)
        #expect(try Settings.read(arguments: ["--archive-after", "off"]).archiveAfter == nil)
        #expect(try Settings.read(arguments: []).archiveAfter == nil)
    }
}
