import SnugClient
import Subprocess
import SystemPackage

/// Runs curl, and ends it when `body` has returned.
///
/// - Parameter body: Gets the lines that curl prints, as it prints them.
package func withCurl<Result: Sendable>(
    _ arguments: [String],
    _ body: (PrintedLines) async throws -> Result
) async throws -> Result {
    let run = try await Subprocess.run(
        .name("curl"),
        arguments: Arguments(arguments),
        environment: programEnvironment([:]),
        input: .none,
        output: .sequence,
        error: .discarded
    ) { process in
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { line.finish() }
                for try await text in process.standardOutput.strings() { line.yield(text) }
            }
            let result: Result
            do {
                result = try await body(PrintedLines(lines: lines))
            } catch {
                try? process.send(signal: .terminate)
                throw error
            }
            try? process.send(signal: .terminate)
            try await group.waitForAll()
            return result
        }
    }
    return run.closureResult
}

/// The lines that a program prints.
package struct PrintedLines: Sendable {
    fileprivate let lines: AsyncStream<String>

    /// The next one for which `matches` returns true.
    package func next(where matches: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await within(waitingFor: "a line") {
            var iterator = lines.makeAsyncIterator()
            while let line = await iterator.next() {
                if matches(line) { return line }
            }
            throw ConnectionEnded()
        }
    }

    /// The data of the next server-sent event of this type.
    package func event(_ type: String) async throws -> JSON {
        _ = try await next { $0 == "event: \(type)" }
        let line = try await next { $0.hasPrefix("data: ") }
        return .orMissing(Array(line.utf8.dropFirst(6)))
    }
}
