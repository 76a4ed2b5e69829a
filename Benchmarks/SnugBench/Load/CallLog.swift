import Synchronization

/// How long each call took, and how many failed.
final class CallLog: Sendable {
    private struct State {
        var latencies: [Double] = []
        var failures = 0
        var firstFailure: String?
    }

    private let state = Mutex(State())

    func succeeded(milliseconds: Double) {
        state.withLock { $0.latencies.append(milliseconds) }
    }

    func failed(_ reason: String) {
        state.withLock { state in
            state.failures += 1
            if state.firstFailure == nil { state.firstFailure = reason }
        }
    }

    /// Removes what was logged during the warm-up.
    func restart() {
        state.withLock { $0 = State() }
    }

    /// Reports how many failed, with the first reason.
    func remarkFailures(of what: String, in progress: Progress) {
        let (failures, reason) = state.withLock { ($0.failures, $0.firstFailure) }
        if let reason { progress.remark("\(failures) of the \(what)s failed, the first with: \(reason)") }
    }

    var count: Int { state.withLock { $0.latencies.count } }
    var latencies: Percentiles { state.withLock { Percentiles($0.latencies) } }
    var failures: Int { state.withLock { $0.failures } }
    var firstFailure: String? { state.withLock { $0.firstFailure } }
}
