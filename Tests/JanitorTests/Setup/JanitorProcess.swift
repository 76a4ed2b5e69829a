import Foundation

/// A `snug-janitor` that has run to its end.
struct JanitorProcess {
    let status: Int32
    let output: String
    let errors: String

    /// Whether it did nothing and said why in one line.
    var isRefused: Bool {
        status == 78 && output.isEmpty && errors.split(separator: "\n").count == 1
    }

    /// Built beside the tests.
    static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("snug-janitor")

    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> JanitorProcess {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try handle(folder, "output")
        process.standardError = try handle(folder, "errors")
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return JanitorProcess(
            status: process.terminationStatus,
            output: try String(contentsOf: folder.appendingPathComponent("output"), encoding: .utf8),
            errors: try String(contentsOf: folder.appendingPathComponent("errors"), encoding: .utf8)
        )
    }

    private static func handle(_ folder: URL, _ name: String) throws -> FileHandle {
        let file = folder.appendingPathComponent(name)
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }
}
