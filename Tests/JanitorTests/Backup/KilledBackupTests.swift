import Foundation
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

/// Programs that are killed at each of their calls that change files.
@Suite("Killed backups", .timeLimit(.standard))
struct KilledBackupTests {
    /// Which calls: the first ones, then ever fewer, because each run takes a tenth of a second.
    private static let calls = sequence(first: 1) { $0 + 1 + $0 / 12 }

    @Test("I1: A backup that was killed anywhere is not believed, the earlier one stays, and the next one is complete")
    func backup() async throws {
        try await withBackedUpStorage { storage in
            try await storage.renderedPicture()
            let first = try storage.backUp().folder
            for _ in 0..<2 { try await storage.renderedPicture() }
            let arguments = ["backup", storage.backups, "--storage", storage.folder, "--keep", "1"]
            let kills = try await killing(arguments, in: storage) { call in
                for name in BackupName.completed(in: storage.backups) {
                    let backup = BackupFolder(complete: "\(storage.backups)/\(name.text)")
                    let isClean = try storage.verify(backup).isClean
                    #expect(isClean, "call \(call), \(name.text)")
                }
                #expect(!BackupName.completed(in: storage.backups).isEmpty, "call \(call)")
                return false
            }
            #expect(kills > 30)
            #expect(!storage.isThere(first.path))
            #expect(try FileManager.default.contentsOfDirectory(atPath: storage.backups).count == 2)
            #expect(try storage.verify(BackupFolder(at: storage.backups)).fileCount == 17)
        }
    }

    @Test("I1: A restore that was killed anywhere is completed by the next one")
    func restore() async throws {
        try await withBackedUpStorage { storage in
            for _ in 0..<2 { try await storage.renderedPicture() }
            let backup = try storage.backUp().folder
            let target = storage.folder + "-restored"
            let arguments = ["restore", storage.backups, "--storage", target]
            let kills = try await killing(arguments, in: storage) { call in
                // Killed after its last change.
                let paths = ["snug.sqlite", "restore.unfinished"].map { "\(target)/\($0)" }
                if paths.map(storage.isThere) == [true, false] { return true }
                // A sweep does not start in between.
                let sweep = try await JanitorProcess.run(["sweep", "--storage", target])
                #expect(sweep.status == 78, "call \(call): \(sweep.errors)")
                return false
            }
            #expect(kills > 20)
            let reader = try ManifestReader(backup.manifestPath)
            while let entry = try reader.next(), entry.isMedia {
                #expect(try bytes(of: "\(target)/\(entry.path)") == bytes(of: backup.path(of: entry)))
            }
            try await Store(path: target + "/snug.sqlite", role: .guest).close()
        }
    }

    /// Runs a program again and again, and kills it at ever later calls until it ends by itself.
    ///
    /// - Parameter isDone: Called after each kill with its call; whether the program has nothing left to do.
    /// - Returns: How often it was killed.
    private func killing(
        _ arguments: [String],
        in storage: TestStorage,
        until isDone: (Int) async throws -> Bool
    ) async throws -> Int {
        try await withMemoryFolder { folder in
            let faults = try DiskFaults(in: folder)
            var kills = 0
            for call in Self.calls {
                try faults.kill(at: call)
                let run = try await JanitorProcess.run(arguments, environment: faults.environment)
                guard run.status == SIGKILL else {
                    #expect(run.status == 0, "\(run.errors)")
                    break
                }
                kills += 1
                if try await isDone(call) { break }
            }
            return kills
        }
    }
}
