import Foundation
import Media
import SnugSettings
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

@Suite("Checking beside a busy server", .timeLimit(.standard))
struct CheckBesideWritersTests {
    /// One client: sends rendered pictures, and deletes every third message as the server does.
    private func write(_ storage: TestStorage) async throws {
        for number in 0..<40 {
            let (message, file) = try await storage.picture()
            guard number.isMultiple(of: 3) else { continue }
            try await storage.store.messages.delete(message, in: storage.room, by: storage.owner)
            try await storage.archive.removeVariants(of: [BlobID(file.uuid)])
        }
    }

    @Test(
        "I5: Checks and repairs beside uploads, renderings, deletions and sweeps find nothing",
        arguments: [false, true]
    )
    func nothing(repairs: Bool) async throws {
        try await withStorage { storage in
            let janitor = TestStorage(
                folder: storage.folder,
                clock: storage.clock,
                store: try Store(path: storage.folder + "/snug.sqlite", synchronous: .normal),
                mediaFolder: try MediaFolder(existing: storage.media),
                owner: storage.owner,
                room: storage.room
            )
            let isDone = Mutex(false)
            async let checks: [FsckReport] = {
                var reports: [FsckReport] = []
                repeat {
                    _ = try await janitor.sweep().run()
                    reports.append(try await janitor.fsck(repairs: repairs, batch: 3).run())
                } while !isDone.withLock { $0 }
                return reports
            }()
            try await withThrowingTaskGroup { group in
                for _ in 0..<3 { group.addTask { try await write(storage) } }
                try await group.waitForAll()
            }
            isDone.withLock { $0 = true }
            for report in try await checks { #expect(report.status == .clean, "\(report)") }
            #expect(try await janitor.fsck().run().status == .clean)
        }
    }
}
