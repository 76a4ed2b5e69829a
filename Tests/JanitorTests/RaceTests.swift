import Foundation
import Media
import Pictures
import SnugSettings
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import ChatSQLite
@testable import Janitor

// Longer than other tests may take, because the number of rounds can be set.
@Suite("Races of the janitor", .timeLimit(.minutes(60)))
struct RaceTests {
    /// Set `SNUG_RACES=20000` for a longer run.
    private static var rounds: Int { ProcessInfo.processInfo.environment["SNUG_RACES"].flatMap(Int.init) ?? 1000 }
    /// Those that list the whole archive are slower.
    private static var diskRounds: Int { rounds / 5 }

    /// The server's storage, and a second connection to it as the janitor has it.
    private func withJanitor(_ body: (TestStorage, TestStorage) async throws -> Void) async throws {
        try await withStorage { storage in
            let store = try Store(path: storage.folder + "/snug.sqlite", role: .guest, synchronous: .normal)
            let janitor = TestStorage(
                folder: storage.folder,
                clock: storage.clock,
                store: store,
                mediaFolder: storage.mediaFolder,
                owner: storage.owner,
                room: storage.room
            )
            try await body(storage, janitor)
            try await store.close()
        }
    }

    private static func withoutGrace() -> GracePeriods {
        var grace = GracePeriods()
        // A file that was written a moment ago is old enough.
        let none = Period(seconds: -1)
        (grace.receiving, grace.unattached, grace.unknown, grace.trash) = (none, none, none, none)
        return grace
    }

    private func sweep(_ storage: TestStorage, _ steps: [SweepStep], batch: Int = 200) async throws {
        var sweep = storage.sweep(Self.withoutGrace(), batch: batch)
        sweep.steps = steps
        sweep.ledger = nil
        let report = try await sweep.run()
        #expect(report.failureCount == 0 && report.lossCount == 0)
    }

    /// Starts a little later, which decides who is first.
    private func delay(_ yields: Int) async {
        for _ in 0..<yields { await Task.yield() }
    }

    /// Writes a file that may be removed at once.
    private func put(_ key: ArchiveKey, _ storage: TestStorage) throws {
        try Data("0123456789".utf8).write(to: URL(fileURLWithPath: storage.path(of: key)))
    }

    /// Takes a picture out of the queue, which has a limit.
    private func finish(_ file: Attachment.ID, _ storage: TestStorage) async throws {
        _ = try await storage.store.renderings.finish(file, variants: [.thumbnail])
    }

    private func post(_ file: Attachment.ID, _ storage: TestStorage) async throws -> Message.ID? {
        do {
            let draft = Draft(body: "", attachmentIDs: [file])
            return try await storage.store.messages.post(draft, in: storage.room, by: storage.owner).message.id
        } catch Refusal.notFound {
            return nil
        }
    }

    @Test(
        "I5: A message against the claim of its picture: one of them gets it, with all of its files",
        arguments: [1, 2] as [UInt64]
    )
    func attachAgainstClaim(seed: UInt64) async throws {
        try await withJanitor { storage, janitor in
            var random = SeededRandom(seed: seed)
            var sent = 0
            for round in 0..<Self.rounds / 2 {
                let file = try await storage.unattached(age: .zero)
                let delays = (Int.random(in: 0..<12, using: &random), Int.random(in: 0..<12, using: &random))
                async let swept: Void = {
                    await delay(delays.0)
                    try await sweep(janitor, [.unattachedUploads, .deletedAttachments])
                }()
                await delay(delays.1)
                let message = try await post(file, storage)
                try await swept
                if message == nil {
                    #expect(try await storage.isGone(file), "round \(round)")
                } else {
                    sent += 1
                    try await finish(file, storage)
                    #expect(storage.hasFiles(file), "round \(round)")
                }
            }
            // Both have won now and then.
            #expect(0 < sent && sent < Self.rounds / 2)
        }
    }

    @Test(
        "I5: The deletion of a message against the rendering of its picture: nothing is left",
        arguments: [3, 4] as [UInt64]
    )
    func deleteAgainstRender(seed: UInt64) async throws {
        try await withJanitor { storage, janitor in
            var random = SeededRandom(seed: seed)
            for round in 0..<Self.rounds / 2 {
                let (message, file) = try await storage.attached(age: .zero)
                let blob = BlobID(file.uuid)
                try await storage.archive.removeVariants(of: [blob])
                let delays = (0..<3).map { _ in Int.random(in: 0..<8, using: &random) }
                async let rendered: Void = {
                    await delay(delays[0])
                    // As the server does: the files first, and away with them if the picture is gone.
                    let variant = VariantFile(blob: blob, size: .thumbnail, format: .jpg)
                    try put(.variant(variant), storage)
                    let finished = try await storage.store.renderings.finish(file, variants: [.thumbnail])
                    if finished == nil { try await storage.archive.removeVariants(of: [blob]) }
                }()
                async let swept: Void = {
                    await delay(delays[1])
                    try await sweep(janitor, [.deletedAttachments])
                }()
                await delay(delays[2])
                try await storage.store.messages.delete(message, in: storage.room, by: storage.owner)
                try await storage.archive.removeVariants(of: [blob])
                _ = try await (rendered, swept)
                try await sweep(janitor, [.deletedAttachments])
                #expect(try await storage.isGone(file), "round \(round)")
            }
        }
    }

    @Test("I5: A sweep against an upload: it is either complete or gone", arguments: [5, 6] as [UInt64])
    func sweepAgainstUpload(seed: UInt64) async throws {
        try await withJanitor { storage, janitor in
            var random = SeededRandom(seed: seed)
            for round in 0..<Self.diskRounds / 2 {
                let id = Attachment.ID.random()
                let delays = (0..<4).map { _ in Int.random(in: 0..<12, using: &random) }
                async let swept: Void = {
                    await delay(delays[0])
                    try await sweep(janitor, [.unfinishedUploads, .deletedAttachments, .unknownFiles, .trash])
                }()
                await delay(delays[1])
                try await storage.store.attachments.begin(id, by: storage.owner)
                await delay(delays[2])
                let blob = BlobID(id.uuid)
                try put(.original(blob), storage)
                try put(.variant(VariantFile(blob: blob, size: .thumbnail, format: .jpg)), storage)
                await delay(delays[3])
                let (attachments, owner) = (storage.store.attachments, storage.owner)
                var isComplete = true
                do {
                    _ = try await attachments.complete(id, filename: "picture.jpg", facts: .picture, by: owner)
                } catch Refusal.gone {
                    isComplete = false
                    try await storage.archive.remove([blob])
                }
                try await swept
                if isComplete {
                    try await finish(id, storage)
                    let isThere = storage.hasFiles(id)
                    #expect(isThere, "round \(round)")
                } else {
                    try await sweep(janitor, [.unfinishedUploads, .deletedAttachments])
                    #expect(try await storage.isGone(id), "round \(round)")
                }
            }
        }
    }

    @Test("I5: Two janitors at once, without their lock, remove what one would", arguments: [7, 8] as [UInt64])
    func twoJanitors(seed: UInt64) async throws {
        try await withJanitor { storage, janitor in
            var random = SeededRandom(seed: seed)
            let steps = SweepStep.all.filter { $0.name != "upkeep" }
            let kept = [try await storage.ready(), try await storage.ready()]
            for round in 0..<Self.diskRounds / 2 {
                var gone: [Attachment.ID] = []
                for _ in 0..<Int.random(in: 1...4, using: &random) { gone.append(try await storage.deleted()) }
                gone.append(try await storage.unattached(age: .zero))
                gone.append(try await storage.unfinished(age: .hours(2)))
                let stray = try storage.stray(age: .hours(30))
                let delays = (Int.random(in: 0..<12, using: &random), Int.random(in: 0..<12, using: &random))
                let batches = (Int.random(in: 1...4, using: &random), Int.random(in: 1...4, using: &random))
                async let first: Void = {
                    await delay(delays.0)
                    try await sweep(janitor, steps, batch: batches.0)
                }()
                await delay(delays.1)
                try await sweep(storage, steps, batch: batches.1)
                try await first
                // What one of them marked while the other was past that step.
                try await sweep(janitor, [.deletedAttachments])
                for id in gone { #expect(try await storage.isGone(id), "round \(round)") }
                #expect(!storage.isThere(storage.path(of: .original(stray))), "round \(round)")
                #expect(kept.allSatisfy(storage.hasFiles), "round \(round)")
            }
        }
    }
}
