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

@Suite("Sweeping beside a busy server", .timeLimit(.standard))
struct BesideWritersTests {
    /// One client: uploads, sends what it uploaded, and now and then deletes a message.
    ///
    /// - Returns: What its messages hold at the end.
    private func write(_ storage: TestStorage, seed: UInt64) async throws -> Set<Attachment.ID> {
        var random = SeededRandom(seed: seed)
        var held: Set<Attachment.ID> = []
        for _ in 0..<30 {
            let id = Attachment.ID.random()
            try await storage.store.attachments.begin(id, by: storage.owner)
            try storage.write(BlobID(id.uuid), age: .zero)
            do {
                let (attachments, owner) = (storage.store.attachments, storage.owner)
                _ = try await attachments.complete(id, filename: "picture.jpg", facts: .picture, by: owner)
                if Int.random(in: 0..<4, using: &random) == 0 { continue }
                let draft = Draft(body: "", attachmentIDs: [id])
                let message = try await storage.store.messages.post(draft, in: storage.room, by: storage.owner).message
                held.insert(id)
                guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
                try await storage.store.messages.delete(message.id, in: storage.room, by: storage.owner)
                held.remove(id)
            } catch Refusal.gone {
                // Swept before it was complete: the server then removes what it wrote.
                try await storage.archive.removeVariants(of: [BlobID(id.uuid)])
                try await storage.archive.removeOriginal(BlobID(id.uuid))
            } catch Refusal.notFound {
                // Swept before it was sent.
            }
        }
        return held
    }

    private static func grace(_ period: Period, trash: Period = GracePeriods().trash) -> GracePeriods {
        var grace = GracePeriods()
        (grace.receiving, grace.unattached, grace.unknown) = (period, period, period)
        grace.trash = trash
        return grace
    }

    @Test(
        "I5: Without any grace, sweeps beside uploads and messages take nothing that is in use",
        arguments: [
            7, 70, 700,
        ] as [UInt64]
    )
    func noGrace(seed: UInt64) async throws {
        try await withStorage { storage in
            let grace = Self.grace(Period(seconds: 0), trash: Period(seconds: 0))
            let janitor = TestStorage(
                folder: storage.folder,
                clock: storage.clock,
                store: try Store(path: storage.folder + "/snug.sqlite", synchronous: .normal),
                mediaFolder: try MediaFolder(existing: storage.media),
                owner: storage.owner,
                room: storage.room
            )
            let isDone = Mutex(false)
            async let sweeps: Int = {
                var count = 0
                while !isDone.withLock({ $0 }) {
                    _ = try await janitor.sweep(grace, batch: 3).run()
                    count += 1
                }
                return count
            }()
            let held = try await withThrowingTaskGroup { group in
                for writer in 0..<3 { group.addTask { try await write(storage, seed: seed + UInt64(writer)) } }
                return try await group.reduce(into: Set()) { $0.formUnion($1) }
            }
            isDone.withLock { $0 = true }
            #expect(try await sweeps > 0)
            // As a sweep a second later would find it.
            _ = try await janitor.sweep(Self.grace(Period(seconds: -1))).run()
            for id in held { #expect(storage.hasFiles(id)) }
            #expect(try await storage.rows() == [0, 0, 0, 0, 0])
            let left = try await storage.archivedFiles().map { Attachment.ID($0.key.blob.uuid) }
            #expect(Set(left) == held)
        }
    }
}
