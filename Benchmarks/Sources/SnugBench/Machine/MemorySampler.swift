import Synchronization

/// Watches how much memory the product holds, ten times a second, and keeps the peak of each phase.
final class MemorySampler: Sendable {
    private struct State {
        var phase: Phase = .preparing
        var server: Int32?
        var peaks: [Phase: Int] = [:]
    }

    enum Phase: Hashable {
        case preparing, resting, loaded
    }

    private let state = Mutex(State())
    private let measure: @Sendable (_ server: Int32?) -> Int?

    /// - Parameter measure: Bytes held now, or nil while there is nothing to measure; gets the server's process id.
    init(measure: @escaping @Sendable (_ server: Int32?) -> Int?) {
        self.measure = measure
    }

    func enter(_ phase: Phase) {
        state.withLock { $0.phase = phase }
    }

    func follow(_ server: ServerProcess) {
        state.withLock { $0.server = server.processID }
    }

    func peak(of phase: Phase) -> Int? {
        state.withLock { $0.peaks[phase] }
    }

    /// Samples until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            if let bytes = measure(state.withLock { $0.server }) {
                state.withLock { $0.peaks[$0.phase] = max(bytes, $0.peaks[$0.phase, default: 0]) }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
