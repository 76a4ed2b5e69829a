import Dispatch
import Foundation

/// A signal asked the program to stop.
struct StoppedBySignal: Error {}

/// Lets SIGTERM and SIGINT end work in good order, so that the database is closed behind it.
enum StopSignals {
    /// Runs `body`, and cancels it when a signal comes.
    ///
    /// - Throws: `StoppedBySignal` then, and what `body` throws.
    static func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (signals, signal) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
        let sources = [SIGTERM, SIGINT].map { number in
            let before = Foundation.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { signal.yield(number) }
            source.setCancelHandler { _ = Foundation.signal(number, before) }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                for await _ in signals { throw StoppedBySignal() }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw CancellationError()
        }
    }
}
