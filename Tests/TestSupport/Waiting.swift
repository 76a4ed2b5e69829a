import SnugClient
import Testing

extension TimeLimitTrait.Duration {
    /// The time after which a test is taken to hang: 30 minutes. On two cores at a load of 8, all tests together take 19
    /// minutes.
    package static var standard: Self { .minutes(30) }
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
