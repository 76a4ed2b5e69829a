import NIOCore

/// Starts steps at a steady rate, however long the answers take.
struct Pacing: Sendable {
    let stepsPerSecond: Double
    /// Connections that take the steps in turn.
    let lanes: Int
    let count: Int

    /// - Parameter step: Receives its lane, its number, and the time from which its latency counts. If the lane was still
    ///   busy when the step was due, that is the due time, so that a slow answer does not hide the delay of the next.
    func run(_ step: @escaping @Sendable (_ lane: Int, _ number: Int, _ due: NIODeadline) async -> Void) async throws {
        let origin = NIODeadline.now()
        try await withThrowingDiscardingTaskGroup { group in
            for lane in 0..<lanes {
                group.addTask {
                    for number in stride(from: lane, to: count, by: lanes) {
                        let due = origin + .nanoseconds(Int64(Double(number) / stepsPerSecond * 1e9))
                        await step(lane, number, try await started(due))
                    }
                }
            }
        }
    }

    private func started(_ due: NIODeadline) async throws -> NIODeadline {
        let early = (due - .now()).nanoseconds
        guard early > 0 else { return due }
        try await Task.sleep(for: .nanoseconds(early), tolerance: .zero)
        return .now()
    }
}
