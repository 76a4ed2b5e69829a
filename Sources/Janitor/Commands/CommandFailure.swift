import ArgumentParser
import Foundation
import SnugSettings

/// Why a command cannot run, as one line for the operator.
struct CommandFailure: Error {
    let description: String
    let status: Int32

    /// - Parameter status: The exit status; `EX_CONFIG` when the storage cannot be used, `EX_TEMPFAIL` when the command
    ///   succeeds later.
    init(_ description: String, status: Int32 = EX_CONFIG) {
        self.description = description
        self.status = status
    }

    /// Runs a command, and explains a failure in one line with its exit status.
    ///
    /// - Parameters:
    ///   - name: The command in a sentence, such as "the sweep".
    ///   - afterwards: What the operator can expect of the next run, such as "the next one continues where it stopped".
    static func explaining(
        _ name: String,
        afterwards: String,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        do {
            try await StopSignals.cancelling(body)
        } catch let failure as CommandFailure {
            printError("Error: \(failure.description)")
            throw ExitCode(failure.status)
        } catch let failure as SettingError {
            printError("Error: \(failure.description)")
            throw ExitCode(1)
        } catch is StoppedBySignal {
            printError("A signal stopped \(name); \(afterwards).")
            throw ExitCode(EX_TEMPFAIL)
        } catch  where !(error is ExitCode) {
            printError("Error: \(name) failed, and \(afterwards): \(error)")
            throw ExitCode(EX_SOFTWARE)
        }
    }

    private static func printError(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
}
