import TestSupport
import Testing

@testable import Chat
@testable import Janitor

@Suite("The brake", .timeLimit(.standard))
struct BrakeTests {
    @Test("I5: When more than 50 files and 5 % have no row, none is moved", arguments: [false, true])
    func stops(isDryRun: Bool) async throws {
        try await withStorage { storage in
            for _ in 0..<51 { try storage.stray(age: .hours(30)) }
            let before = try storage.files()
            let report = try await storage.sweep(isDryRun: isDryRun).run()
            #expect(report.wasStopped)
            let reason = "too many files have no row. Is this the right database?"
            #expect(report[.unknownFiles] == SweepReport.Entry(rows: 0, files: 51, bytes: 510, stopReason: reason))
            #expect(report.description.hasSuffix("\nSTOPPED: \(reason)"))
            #expect(report.description.contains("51 files without a row, 510 bytes, were left where they are"))
            #expect(!report.description.contains("to the trash"))
            #expect(try storage.files() == before)
        }
    }

    @Test("I5: The brake is off when an operator says so, and holds for a plain sweep")
    func confirmed() async throws {
        try await withStorage { storage in
            let strays = try (0..<60).map { _ in try storage.stray(age: .hours(30)) }
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 1)
            #expect(strays.allSatisfy { storage.isThere(storage.path(of: .original($0))) })
            let run = try await JanitorProcess.run(["sweep", "--yes", "--storage", storage.folder])
            #expect(run.status == 0)
            #expect(run.output.contains("60 files without a row, 600 bytes, were moved to the trash"))
            #expect(!strays.contains { storage.isThere(storage.path(of: .original($0))) })
        }
    }

    @Test("Attachments that people have deleted are removed, however many")
    func deleted() async throws {
        try await withStorage { storage in
            for _ in 0..<60 { _ = try await storage.deleted() }
            let report = try await storage.sweep().run()
            #expect(!report.wasStopped)
            #expect(report[.deletedAttachments].rows == 60)
        }
    }

    @Test("Up to 50 files are moved, whatever their share")
    func few() async throws {
        try await withStorage { storage in
            for _ in 0..<50 { try storage.stray(age: .hours(30)) }
            let report = try await storage.sweep().run()
            #expect(!report.wasStopped)
            #expect(report[.unknownFiles].files == 50)
        }
    }

    @Test("Up to 5 % are moved, however many")
    func smallShare() async throws {
        try await withStorage { storage in
            for _ in 0..<51 { try storage.stray(age: .hours(30)) }
            for _ in 0..<969 { try storage.stray(age: .zero) }
            let report = try await storage.sweep().run()
            #expect(!report.wasStopped)
            #expect(report[.unknownFiles].files == 51)
        }
    }

    @Test("I5: The bound on what one sweep handles does not loosen the brake")
    func manyFiles() async throws {
        try await withStorage { storage in
            for _ in 0..<100 { try storage.stray(age: .hours(30)) }
            for _ in 0..<1200 { try storage.stray(age: .zero) }
            var sweep = storage.sweep()
            sweep.maxLeftovers = 60
            let report = try await sweep.run()
            #expect(report.wasStopped)
            #expect(report[.unknownFiles].files == 100)
        }
    }

    @Test("What one sweep does not handle the next one does")
    func bounded() async throws {
        try await withStorage { storage in
            for _ in 0..<45 { try storage.stray(age: .hours(30)) }
            var sweep = storage.sweep()
            sweep.maxLeftovers = 30
            #expect(try await sweep.run()[.unknownFiles].files == 30)
            #expect(try await sweep.run()[.unknownFiles].files == 15)
        }
    }
}
