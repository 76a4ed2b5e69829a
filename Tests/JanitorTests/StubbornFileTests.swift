import Foundation
import Media
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Files that cannot be removed", .timeLimit(.standard))
struct StubbornFileTests {
    /// A folder in the place of the original cannot be removed as a file can.
    private func block(_ id: Attachment.ID, _ storage: TestStorage) throws -> String {
        let path = storage.path(of: .original(BlobID(id.uuid)))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    @Test("I5: One that cannot be removed keeps its row, is reported, and the others go", arguments: [1, 2, 200])
    func deleted(batch: Int) async throws {
        try await withStorage { storage in
            var ids: [Attachment.ID] = []
            for _ in 0..<5 { ids.append(try await storage.deleted()) }
            let path = try block(ids[1], storage)
            let report = try await storage.sweep(batch: batch).run()
            #expect(report[.deletedAttachments].rows == 4)
            #expect(report[.deletedAttachments].files == 8)
            #expect(report.failureCount == 1)
            #expect(report.description.contains("FAILED: \(ids[1]): unlink: Is a directory"))
            #expect(try await storage.store.attachments.existing(among: ids) == [ids[1]])
            #expect(try storage.ledger().contains { $0["action"] == "failed" && $0["file"] == "\(ids[1])" })
            try FileManager.default.removeItem(atPath: path)
            #expect(try await storage.sweep(batch: batch).run()[.deletedAttachments].rows == 1)
            #expect(try await storage.store.attachments.existing(among: ids).isEmpty)
        }
    }

    @Test("I5: One that cannot be moved to the trash stays, and the others are moved")
    func unknown() async throws {
        try await withStorage { storage in
            let strays = try (0..<3).map { _ in try storage.stray(age: .hours(30)) }
            // A folder of the same name is in the way.
            let taken = "\(storage.media)/trash/\(TrashDay(Date()))/\(strays[1])"
            try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
            let report = try await storage.sweep().run()
            #expect(report[.unknownFiles].files == 2)
            #expect(report[.unknownFiles].failures.named.map(\.file) == ["\(strays[1])"])
            #expect(storage.isThere(storage.path(of: .original(strays[1]))))
        }
    }

    @Test("A sweep that could not remove a file exits with 74, and names the file in its JSON")
    func status() async throws {
        try await withStorage { storage in
            let id = try await storage.deleted()
            _ = try block(id, storage)
            let run = try await JanitorProcess.run(["sweep", "--json", "--storage", storage.folder])
            #expect(run.status == 74)
            #expect(run.output.contains("\"failures\":1"))
            #expect(
                run.output.contains(
                    #""problems":[{"file":"\#(id)","reason":"unlink: Is a directory","step":"deleted"}]"#
                )
            )
        }
    }

    @Test("Twenty are named, and the rest are counted")
    func many() {
        var report = SweepReport(dryRun: false)
        for number in 0..<25 {
            report[.trash].failures.add(SweepReport.Problem(file: "\(number)", reason: "reason"))
        }
        let lines = report.description.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("FAILED: ") }.count == 21)
        #expect(lines.last == "FAILED: and 5 more")
        #expect(report.failureCount == 25)
    }
}
