import Logging
import SnugClient
import Synchronization

/// Lines that a program or a logger writes, for tests that wait for one of them.
package final class LineLog: Sendable {
    private struct State {
        var lines: [String] = []
        var readers: [Int: AsyncStream<String>.Continuation] = [:]
        var nextReader = 0
    }

    private let state = Mutex(State())

    package var lines: [String] { state.withLock { $0.lines } }

    package var text: String { lines.joined(separator: "\n") }

    package func add(_ line: String) {
        state.withLock { state in
            state.lines.append(line)
            for reader in state.readers.values { reader.yield(line) }
        }
    }

    /// Returns once a line contains this text.
    package func wait(for text: String) async throws {
        try await within(waitingFor: "\(text.debugDescription) in the log") { [self] in
            for await line in everyLine() where line.contains(text) { return }
            throw CancellationError()
        }
    }

    /// The lines so far, and then each new one.
    private func everyLine() -> AsyncStream<String> {
        let (stream, reader) = AsyncStream.makeStream(of: String.self)
        let number = state.withLock { state in
            for line in state.lines { reader.yield(line) }
            state.nextReader += 1
            state.readers[state.nextReader] = reader
            return state.nextReader
        }
        reader.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.readers.removeValue(forKey: number) }
        }
        return stream
    }
}

/// Writes what is logged into a ``LineLog``, one line for each message with its metadata.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    private let log: LineLog

    init(_ log: LineLog) {
        self.log = log
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
        log.add("\(event.level) \(event.message) \(metadata) \(event.error.map { "\($0)" } ?? "")")
    }
}
