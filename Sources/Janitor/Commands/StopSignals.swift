import Dispatch
import Foundation

/// SIGTERM or SIGINT was received.
struct StoppedBySignal: Error {}

/// Cancels work on SIGTERM and SIGINT, so that the program can close the database.
enum StopSignals {
    /// Runs `body`, and cancels it when a signal is received.
    ///
    /// - Throws: ``StoppedBySignal`` after a signal, and what `body` throws.
    static func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (signals, signal) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
        let sources = [await listen(to: SIGTERM, signal), await listen(to: SIGINT, signal)]
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

    /// Returns when the signal no longer ends the process. It is not ignored with `SIG_IGN`: on Linux the kernel would
    /// discard it before Dispatch receives it.
    private static func listen(
        to number: Int32,
        _ signal: AsyncStream<Int32>.Continuation
    ) async -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler { signal.yield(number) }
        await withCheckedContinuation { registered in
            source.setRegistrationHandler { registered.resume() }
            source.resume()
        }
        return source
    }
}
