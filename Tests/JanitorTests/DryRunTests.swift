import Foundation
import Media
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Dry run", .timeLimit(.standard))
struct DryRunTests {
    private func fill(_ storage: TestStorage) async throws {
        for _ in 0..<3 {
            _ = try await storage.unfinished(age: .hours(2))
            _ = try await storage.unattached(age: .hours(30))
            _ = try await storage.deleted()
            _ = try await storage.attached(age: .hours(30))
            try storage.stray(age: .hours(30))
        }
        for text in ["a", "b", "c"] { try await storage.key(text, age: .hours(30)) }
        try await storage.deletedRoom(messages: 5)
        try storage.write("\(storage.media)/incoming/old.part", age: .hours(2))
        let old = "\(storage.media)/trash/\(TrashDay(Date(timeIntervalSinceNow: -9 * 86_400)))"
        try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
        try storage.write("\(old)/\(BlobID.random())", age: .zero)
    }

    private func figures(_ report: SweepReport) -> [SweepReport.Entry] {
        SweepStep.all.map { report[$0] }
    }

    @Test("A dry run changes nothing")
    func changesNothing() async throws {
        try await withStorage { storage in
            try await fill(storage)
            let before = (files: try storage.files(), rows: try await storage.rows())
            let report = try await storage.sweep(isDryRun: true).run()
            #expect(report.dryRun)
            #expect(try storage.files() == before.files)
            #expect(try await storage.rows() == before.rows)
        }
    }

    @Test("A dry run reports what a sweep then does")
    func sameFigures() async throws {
        try await withStorage { storage in
            try await fill(storage)
            let dry = try await storage.sweep(isDryRun: true).run()
            let real = try await storage.sweep(batch: 2).run()
            #expect(figures(dry) == figures(real))
            #expect(real[.deletedAttachments] == SweepReport.Entry(rows: 9, files: 12, bytes: 120))
            #expect(real[.deletedRooms].rows == 6)
            #expect(real[.idempotencyKeys].rows == 3)
        }
    }
}
