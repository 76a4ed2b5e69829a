import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("The ledger", .timeLimit(.standard))
struct LedgerTests {
    private func lines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }

    private func entry(_ number: Int) -> LedgerEntry {
        var entry = LedgerEntry(at: Date(timeIntervalSince1970: 0), step: "step", action: .remove, why: "reason")
        entry.rows = number
        return entry
    }

    @Test("Every removed or moved file and every removed group of rows has a line with the reason")
    func sweep() async throws {
        try await withStorage { storage in
            let gone = try await storage.unattached(age: .hours(30))
            let stray = try storage.stray(age: .hours(30))
            try await storage.key("old", age: .hours(30))
            try storage.write("\(storage.media)/incoming/old.part", age: .hours(2))
            _ = try await storage.sweep().run()
            let lines = try storage.ledger()
            let original = try #require(lines.first { $0["file"] == "\(gone)" })
            #expect(original["step"] == "deleted" && original["action"] == "remove" && original["bytes"] == "10")
            #expect(original["sha256"] == String(repeating: "07", count: 32))
            #expect(original["why"] == "the attachment was deleted")
            #expect(Int(original["age_seconds"] ?? "") ?? 0 >= 30 * 3600)
            #expect(original["at"]?.hasSuffix("Z") == true)
            let thumbnail = try #require(lines.first { $0["file"] == "\(gone).150.jpg" })
            #expect(thumbnail["sha256"] == nil)
            #expect(lines.contains { $0["file"] == "\(stray)" && $0["action"] == "trash" })
            #expect(lines.contains { $0["file"] == "old.part" && $0["action"] == "remove" })
            #expect(lines.contains { $0["step"] == "unattached" && $0["action"] == "mark" && $0["rows"] == "1" })
            #expect(lines.contains { $0["step"] == "keys" && $0["rows"] == "1" })
            #expect(lines.contains { $0["step"] == "deleted" && $0["rows"] == "1" })
            let path = "\(storage.folder)/janitor.log"
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("A dry run writes nothing")
    func dryRun() async throws {
        try await withStorage { storage in
            _ = try await storage.unattached(age: .hours(30))
            try storage.stray(age: .hours(30))
            _ = try await storage.sweep(isDryRun: true).run()
            #expect(!storage.isThere("\(storage.folder)/janitor.log"))
        }
    }

    @Test("It is continued by the next run, and its size is bounded")
    func rotation() async throws {
        try await withStorage { storage in
            let path = "\(storage.folder)/janitor.log"
            for number in 0..<100 {
                let ledger = Ledger(storage: storage.folder, maxBytes: 300)
                ledger.append([entry(number)])
                #expect(ledger.failure == nil)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: storage.folder)
            #expect(names.filter { $0.hasPrefix("janitor.log") }.count == 1 + Ledger.keptFiles)
            for name in [path] + (1...Ledger.keptFiles).map({ "\(path).\($0)" }) {
                let attributes = try FileManager.default.attributesOfItem(atPath: name)
                #expect((attributes[.size] as? Int ?? .max) <= 300)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
            #expect(try lines(path).last?.contains("\"rows\":99") == true)
            // The newest file follows the one before it without a gap.
            let first = try #require(try lines(path).first.flatMap { $0.firstMatch(of: /"rows":(\d+)/)?.output.1 })
            let last = try #require(try lines(path + ".1").last.flatMap { $0.firstMatch(of: /"rows":(\d+)/)?.output.1 })
            #expect(Int(first) == Int(last).map { $0 + 1 })
        }
    }

    @Test("A ledger that cannot be written does not stop a sweep, which reports it")
    func failing() async throws {
        try await withStorage { storage in
            let gone = try await storage.deleted()
            try FileManager.default.createDirectory(
                atPath: "\(storage.folder)/janitor.log",
                withIntermediateDirectories: false
            )
            let report = try await storage.sweep().run()
            #expect(report.ledgerFailure == "janitor.log cannot be written: open: Is a directory")
            #expect(report.description.hasSuffix("FAILED: janitor.log cannot be written: open: Is a directory"))
            #expect(try await storage.isGone(gone))
            let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            _ = try await storage.deleted()
            #expect(run.status == 0)
            #expect(try await JanitorProcess.run(["sweep", "--storage", storage.folder]).status == 74)
        }
    }
}
