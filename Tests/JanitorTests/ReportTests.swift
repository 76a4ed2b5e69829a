import TestSupport
import Testing

@testable import Janitor

@Suite("The report of a sweep", .timeLimit(.standard))
struct ReportTests {
    private func report(dryRun: Bool, stopReason: String? = nil) -> SweepReport {
        var report = SweepReport(dryRun: dryRun)
        for (number, step) in SweepStep.all.enumerated() {
            report[step] = SweepReport.Entry(rows: number + 1, files: number + 11, bytes: number + 21)
        }
        report[.unknownFiles].stopReason = stopReason
        report.seconds = 1.5
        return report
    }

    @Test("The JSON has one object for each step, with sorted keys")
    func json() throws {
        #expect(
            try report(dryRun: false, stopReason: "reason").json == """
                {"archive":{"bytes":24,"files":14,"rows":4},"deleted":{"bytes":28,"files":18,"rows":8},"dry_run":false,\
                "failures":0,"keys":{"bytes":26,"files":16,"rows":6},"log":{"bytes":25,"files":15,"rows":5},"lost":0,\
                "missing":{"bytes":30,"files":20,"rows":10},"problems":[],"receiving":{"bytes":21,"files":11,"rows":1},\
                "rooms":{"bytes":23,"files":13,"rows":3},"seconds":1.5,"sessions":{"bytes":27,"files":17,"rows":7},\
                "stopped":true,"trash":{"bytes":31,"files":21,"rows":11},\
                "unattached":{"bytes":22,"files":12,"rows":2},"unknown":{"bytes":29,"files":19,"rows":9},\
                "upkeep":{"bytes":32,"files":22,"rows":12}}
                """
        )
    }

    @Test("The description has one line for each step")
    func description() {
        #expect(
            report(dryRun: true).description == """
                1 unfinished uploads would be marked as deleted
                2 unattached uploads would be marked as deleted
                3 rows of deleted rooms would be removed
                4 old messages would be archived
                5 old events would be removed from the log
                6 idempotency keys would be removed
                7 expired sessions would be removed
                8 deleted attachments with 18 files, 28 bytes, would be removed
                19 files without a row, 29 bytes, would be moved to the trash
                10 pictures with 20 missing variants would be queued for rendering
                21 files, 31 bytes, would be removed from the trash
                32 unused bytes of the database would be returned to the file system
                """
        )
    }

    @Test("The last line of the description says why a step was stopped")
    func stopped() {
        let lines = report(dryRun: false, stopReason: "reason").description.split(separator: "\n")
        #expect(lines.count == SweepStep.all.count + 1)
        #expect(lines.contains("19 files without a row, 29 bytes, were left where they are"))
        #expect(lines.last == "STOPPED: reason")
    }
}
