import Foundation
import Kernel
import Media

/// Counts the outcomes of rounds with the worker, and measures them.
struct OutcomeCounter {
    private let start = Date()
    private var outcomes: [WorkerHarness.Outcome: Int] = [:]
    private var workerPeak = 0
    private let own = ResidentMemory(of: getpid())
    private var ownEarly = 0

    private var count: Int { outcomes.values.reduce(0, +) }

    mutating func count(_ outcome: WorkerHarness.Outcome) { outcomes[outcome, default: 0] += 1 }

    mutating func look(at worker: WorkerSupervisor) async {
        workerPeak = max(workerPeak, await worker.status.residentByteCount)
        // By then everything that lives as long as the process is allocated.
        if ownEarly == 0, count >= 2_000 { ownEarly = own?.byteCount ?? 0 }
    }

    func report(_ status: WorkerStatus, seed: UInt64) {
        let rate = Int(Double(count) / Date().timeIntervalSince(start))
        print("worker: \(count) rounds, seed \(seed), \(rate) a second, \(status.startCount) workers")
        for (outcome, count) in outcomes.sorted(by: { $0.value > $1.value }) { print("  \(count)  \(outcome)") }
        print("  worker at most \(workerPeak >> 20) MB")
        if ownEarly > 0 {
            print("  this process \(ownEarly >> 20) MB early, \((own?.byteCount ?? 0) >> 20) MB in the end")
        }
    }
}
