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

    /// Returns once the signal does not end the process any more. It is not ignored besides: on Linux the kernel would
    /// drop it then, before Dispatch sees it.
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
