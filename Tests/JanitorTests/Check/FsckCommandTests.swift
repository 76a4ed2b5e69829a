import Foundation
import TestSupport
import Testing

@testable import Chat
@testable import Janitor

@Suite("snug-janitor fsck", .timeLimit(.standard))
struct FsckCommandTests {
    private struct Report: Decodable {
        struct Check: Decodable, Equatable {
            struct Example: Decodable, Equatable {
                let subject, detail: String
            }

            let found, repaired: Int
            let examples: [Example]
        }

        let checks: [String: Check]
        let skipped: [String]
        let status: String
        let repair, quick: Bool
        let seconds: Double
    }

    @Test("An undamaged storage ends with 0 and one line")
    func clean() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            let run = try await JanitorProcess.run(["fsck", "--storage", storage.folder])
            #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
            #expect(run.output == "CLEAN: 17 checks found nothing.\n")
        }
    }

    @Test("--repair ends with 2 if it has repaired everything, and the next check with 0")
    func repaired() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            try FileManager.default.removeItem(atPath: storage.thumbnail(file))
            let found = try await JanitorProcess.run(["fsck", "--storage", storage.folder])
            #expect(found.status == 3)
            #expect(
                found.output == """
                    1 pictures have missing or damaged variants; those without an original cannot be rendered again
                        \(file): of 1 files
                    DAMAGED: 1 of 1 findings remain.

                    """
            )
            let repair = try await JanitorProcess.run(["fsck", "--repair", "--storage", storage.folder])
            #expect(repair.status == 2)
            #expect(
                repair.output == """
                    1 pictures have missing or damaged variants; 1 repaired
                        \(file): of 1 files
                    REPAIRED: all of 1 findings.

                    """
            )
            #expect(try await JanitorProcess.run(["fsck", "--storage", storage.folder]).status == 0)
        }
    }

    @Test("--json says in one line what was found; what remains ends with 3")
    func json() async throws {
        try await withStorage { storage in
            let (_, file) = try await storage.picture()
            try FileManager.default.removeItem(atPath: storage.original(file))
            let arguments = ["fsck", "--json", "--repair", "--quick"]
            let run = try await JanitorProcess.run(arguments, environment: ["SNUG_STORAGE": storage.folder])
            #expect(run.status == 3, "\(run)")
            #expect(run.output.split(separator: "\n").count == 1)
            let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
            #expect(report.status == "damaged" && report.repair && report.quick && report.skipped.isEmpty)
            #expect(report.checks.count == Check.all.count)
            #expect(
                report.checks["lost_originals"]
                    == Report.Check(
                        found: 1,
                        repaired: 0,
                        examples: [Report.Check.Example(subject: "\(file)", detail: "10 bytes of image/jpeg")]
                    )
            )
            #expect(report.checks.values.reduce(0) { $0 + $1.found } == 1)
        }
    }

    @Test("A repair waits for no other janitor and ends with 75; a check runs beside it")
    func lock() async throws {
        try await withStorage { storage in
            _ = try await storage.picture()
            let lock = try #require(try JanitorLock(storage: storage.folder))
            #expect(try await JanitorProcess.run(["fsck", "--repair", "--storage", storage.folder]).status == 75)
            #expect(try await JanitorProcess.run(["fsck", "--storage", storage.folder]).status == 0)
            lock.release()
        }
    }

    @Test("A storage that is not there is named, and an unknown option ends with 64")
    func refused() async throws {
        let run = try await JanitorProcess.run(["fsck", "--storage", "/nowhere/at/all"])
        #expect(run.isRefused && run.errors.contains("/nowhere/at/all"))
        #expect(try await JanitorProcess.run(["fsck", "--fix"]).status == 64)
    }

    @Test("The report lists ten findings of a kind and counts the rest")
    func manyFindings() {
        var report = FsckReport(isRepair: false, isQuick: true)
        for check in Check.all { report[check] = CheckResult() }
        var result = CheckResult()
        for number in 0..<250 { result.add(Finding(subject: "\(number)", detail: "lost")) }
        report[.lostOriginals] = result
        #expect(result.found == 250 && result.examples.count == CheckResult.maxExamples)
        let lines = report.description.split(separator: "\n")
        #expect(lines.count == 13)
        #expect(lines[10] == "    9: lost" && lines[11] == "    … and 240 more")
        #expect(lines[12] == "DAMAGED: 250 of 250 findings remain.")
    }
}
