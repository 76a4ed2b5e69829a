import Foundation
import SnugClient
import SnugSettings
import Subprocess
import SystemPackage

/// The real `snug-server`, as a process of its own.
package struct ServerProcess: Sendable {
    package let site: Site
    package let storage: String
    /// The process id.
    package let id: Int32
    fileprivate let errors: LineLog
    fileprivate let send: @Sendable (Signal) throws -> Void

    /// The storage as the process sees it, which may be a file system of its own.
    package var ownStorage: String { "/proc/\(id)/root\(storage)" }

    /// Returns once it has written this to standard error.
    package func waitForError(_ text: String) async throws {
        try await errors.wait(for: text)
    }

    /// Asks it to stop, as systemd does.
    package func terminate() throws { try send(.terminate) }

    /// Asks it to read its settings again.
    package func hangUp() throws { try send(.terminalClosed) }

    /// Kills it, without a chance to clean up.
    package func kill() throws { try send(.kill) }
}

/// The output and status of a program that has ended.
package struct Ended: Sendable {
    package let status: TerminationStatus
    package let output: String
    package let errors: String
}

/// Starts `snug-server` on a free port, waits for its greeting, and stops it when `body` has returned.
///
/// - Parameter environment: Settings beyond the storage, and rates, which are off; nothing of the tests' own environment
///   is handed on but where programs and libraries are.
/// - Parameter openFiles: The limit of open files and connections; nil is that of the tests.
/// - Parameter user: The id of the user to run it as; nil is the tests' own.
/// - Parameter disk: The size in bytes of a file system of its own for the storage, which no other process sees; see
///   `ServerProcess.ownStorage`. Needs root.
package func withServerProcess<Result: Sendable>(
    storage: String,
    environment: [String: String] = [:],
    openFiles: Int? = nil,
    user: UInt32? = nil,
    disk: Int? = nil,
    _ body: (ServerProcess) async throws -> Result
) async throws -> (result: Result, ended: Ended) {
    let limit = openFiles.map { ["/usr/bin/prlimit", "--nofile=\($0):\($0)"] } ?? []
    let command = (disk.map { smallDisk($0, at: storage) } ?? []) + command(limit + [Executables.server], as: user)
    return try await Semaphore.runningServers.withPermit { try await runProcess(command, storage, environment, body) }
}

private func runProcess<Result: Sendable>(
    _ command: [String],
    _ storage: String,
    _ environment: [String: String],
    _ body: (ServerProcess) async throws -> Result
) async throws -> (result: Result, ended: Ended) {
    let (output, errors) = (LineLog(), LineLog())
    let run = try await Subprocess.run(
        .path(FilePath(command[0])),
        arguments: Arguments(Array(command.dropFirst())),
        environment: programEnvironment(standard(storage).merging(environment) { $1 }),
        workingDirectory: FilePath(FileManager.default.temporaryDirectory.path),
        input: .none,
        output: .sequence,
        error: .sequence
    ) { process in
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await line in process.standardOutput.strings() {
                    output.add(line)
                    if let found = greetedPort(line) { port.yield(found) }
                }
                port.finish()
            }
            group.addTask {
                for try await line in process.standardError.strings() { errors.add(line) }
            }
            guard let found = await ports.first(where: { _ in true }) else {
                throw StartFailure(program: "snug-server", output: errors.text)
            }
            let send: @Sendable (Signal) throws -> Void = { try process.send(signal: $0) }
            let id = process.processIdentifier.value
            let site = Site(port: found)
            let server = ServerProcess(site: site, storage: storage, id: id, errors: errors, send: send)
            let result = try await body(server)
            // It may have ended already; then there is nothing to stop.
            try? process.send(signal: .terminate)
            try await group.waitForAll()
            return result
        }
    }
    return (run.closureResult, Ended(status: run.terminationStatus, output: output.text, errors: errors.text))
}

private func standard(_ storage: String) -> [String: String] {
    var settings = ["SNUG_STORAGE": storage, "SNUG_PORT": "0"]
    for setting in Setting.all where setting.name.hasPrefix("rate_") { settings[setting.variable] = "off" }
    return settings
}

/// Runs `snug-server` with arguments with which it ends by itself.
package func runServer(
    _ arguments: [String],
    environment: [String: String] = [:],
    input: String = "",
    in folder: String = FileManager.default.temporaryDirectory.path,
    user: UInt32? = nil
) async throws -> Ended {
    try await runProgram(
        [Executables.server] + arguments,
        environment: environment,
        input: input,
        in: folder,
        user: user
    )
}

/// Runs a program that ends by itself.
package func runProgram(
    _ line: [String],
    environment: [String: String] = [:],
    input: String = "",
    in folder: String = FileManager.default.temporaryDirectory.path,
    user: UInt32? = nil
) async throws -> Ended {
    try await within(waitingFor: "\(line) to end") {
        let command = command(line, as: user)
        let run = try await Subprocess.run(
            .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: programEnvironment(environment),
            workingDirectory: FilePath(folder),
            input: .fileDescriptor(try inputFile(input), closeAfterSpawningProcess: true),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        return Ended(status: run.terminationStatus, output: run.standardOutput, errors: run.standardError)
    }
}

/// A file without a name that holds the input of a program. Input that is a string is written by a task, which
/// swift-subprocess 1.0 cancels when the program ends first; it then ends this process, because the pipe was not closed.
private func inputFile(_ text: String) throws -> FileDescriptor {
    let path = FileManager.default.temporaryDirectory.appending(path: "input-\(UUID().uuidString)").path
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try FileDescriptor.open(FilePath(path), .readOnly)
}

/// The command line that runs another one as a user with no groups but its own.
private func command(_ line: [String], as user: UInt32?) -> [String] {
    guard let user else { return line }
    return ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--"] + line
}

/// Prefix of a command line: mounts a file system of this size in a namespace of the program's own.
private func smallDisk(_ byteCount: Int, at path: String) -> [String] {
    let script = #"mount -t tmpfs -o "size=$1,mode=750" tmpfs "$2"; shift 2; exec "$@""#
    return ["/usr/bin/unshare", "--mount", "/bin/sh", "-euc", script, "sh", "\(byteCount)", path]
}

/// A program ended before it was ready.
package struct StartFailure: Error, CustomStringConvertible {
    let program: String
    let output: String

    package var description: String { "\(program) did not start: \(output)" }
}

/// `Snug 0.1.0 listens on http://127.0.0.1:8080 and keeps …`
private func greetedPort(_ line: String) -> Int? {
    guard let address = line.firstRange(of: "listens on http://127.0.0.1:") else { return nil }
    return Int(line[address.upperBound...].prefix { $0.isNumber })
}

func programEnvironment(_ values: [String: String]) -> Environment {
    let inherited = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"]
    let own = ProcessInfo.processInfo.environment.filter { inherited.contains($0.key) }
    let all = own.merging(values) { $1 }.compactMap { name, value in
        Environment.Key(rawValue: name).map { ($0, value) }
    }
    return .custom(Dictionary(uniqueKeysWithValues: all))
}
