/// Something did not happen in time.
package struct TookTooLong: Error, CustomStringConvertible {
    package let what: String

    package var description: String { "timed out waiting for \(what)" }
}

/// Limits the time that `body` may take.
///
/// - Parameter what: What is waited for, as the error names it.
/// - Throws: ``TookTooLong`` when the time is over; `body` is cancelled then.
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
