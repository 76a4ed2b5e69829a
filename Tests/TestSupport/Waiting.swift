import SnugClient
import Testing

extension Trait where Self == TimeLimitTrait {
    /// Ends a test that hangs. A busy machine may take ten times as long as an idle one, so this is far more than any test
    /// needs.
    package static var patient: Self { .timeLimit(.minutes(60)) }
}

/// Checks a condition every 10 ms until it holds: for the state of another process or of a file, which sends no event.
package func poll(
    waitingFor what: @autoclosure @escaping @Sendable () -> String,
    until isReached: @escaping @Sendable () async throws -> Bool
) async throws {
    try await within(waitingFor: what()) {
        while try await !isReached() { try await Task.sleep(for: .milliseconds(10)) }
    }
}
