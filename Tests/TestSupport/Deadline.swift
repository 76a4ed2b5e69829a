import Testing

extension Trait where Self == TimeLimitTrait {
    /// Ends a test that hangs. A busy machine may take ten times as long as an idle one, so this is far more than any test
    /// needs.
    package static var patient: Self { .timeLimit(.minutes(60)) }
}

/// Something that a test waited for did not happen.
package struct TookTooLong: Error, CustomStringConvertible {
    let what: String

    package var description: String { "Waited in vain for \(what)" }
}

/// Asks until the answer is yes, for a state that gives no signal: of another process, or of a file.
package func poll(
    waitingFor what: @autoclosure @escaping @Sendable () -> String,
    until isReached: @escaping @Sendable () async throws -> Bool
) async throws {
    try await within(waitingFor: what()) {
        while try await !isReached() { try await Task.sleep(for: .milliseconds(10)) }
    }
}

/// Limits the time that `body` may take, so that a test that waits in vain says for what.
package func within<Value: Sendable>(
    _ time: Duration = .seconds(300),
    waitingFor what: @autoclosure @Sendable () -> String,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: time)
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() ?? nil else { throw TookTooLong(what: what()) }
        return value
    }
}
