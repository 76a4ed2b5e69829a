import Synchronization
import TestSupport
import Testing

@testable import Janitor

@Suite("The progress of a sweep", .timeLimit(.standard))
struct ProgressTests {
    private func line(_ number: Int, _ share: Double?, done: Int = 0, width: Int = 80) -> String {
        let progress = SweepProgress(step: "unknown", number: number, count: 10, done: done, share: share)
        return ProgressBar.line(progress, width: width)
    }

    @Test("The bar shows the steps that are done and the share of the current one")
    func bar() {
        #expect(line(1, nil) == "[                    ] 1/10 unknown")
        #expect(line(6, 0.5, done: 1200) == "[###########         ] 6/10 unknown: 1200")
        #expect(line(10, 1) == "[####################] 10/10 unknown")
        #expect(line(10, 7) == line(10, 1))
    }

    @Test("The line fits into the terminal")
    func width() {
        #expect(line(6, 0.5, width: 10) == "[########")
        #expect(line(6, 0.5, width: 0).isEmpty)
    }

    @Test("A sweep reports each of its steps in order, and how much it has done")
    func steps() async throws {
        try await withStorage { storage in
            for _ in 0..<3 { _ = try await storage.deleted() }
            let seen = Mutex<[SweepProgress]>([])
            var sweep = storage.sweep(batch: 2)
            sweep.onProgress = { progress in seen.withLock { $0.append(progress) } }
            _ = try await sweep.run()
            let all = seen.withLock { $0 }
            #expect(all.filter { $0.done == 0 && $0.share == nil }.map(\.step) == SweepStep.all.map(\.name))
            #expect(all.filter { $0.step == "deleted" }.map(\.done) == [0, 2, 3])
            #expect(all.allSatisfy { $0.count == SweepStep.all.count })
        }
    }

    @Test("Nothing is shown when standard error is not a terminal")
    func noTerminal() async throws {
        try await withStorage { storage in
            let run = try await JanitorProcess.run(["sweep", "--storage", storage.folder])
            #expect(run.status == 0 && run.errors.isEmpty)
        }
    }
}
