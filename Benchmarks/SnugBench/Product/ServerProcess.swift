import Foundation
import Glibc
import NIOCore
import NIOPosix
import SnugClient

/// A running snug-server, with the media worker as its child.
final class ServerProcess: Sendable {
    struct DidNotStart: Error, CustomStringConvertible {
        let log: String

        var description: String { "snug-server did not answer within 20 s. Its log: \(log.suffix(1000))" }
    }

    let processID: Int32
    private let process: Process
    private let log: URL

    private init(process: Process, log: URL) {
        (self.process, self.log) = (process, log)
        processID = process.processIdentifier
    }

    /// Starts the server; returns when its health check answers.
    static func start(_ product: Product, group: any EventLoopGroup) async throws -> ServerProcess {
        let server = try launch(product)
        let connection = HTTPConnection(to: product.site, on: group)
        for _ in 0..<400 where server.process.isRunning {
            let answer = try? await connection.send(.GET, "/health/simple")
            if answer?.status == 200 {
                await connection.close()
                return server
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        await connection.close()
        await server.stop()
        throw DidNotStart(log: (try? ControlFile.read(product.log.path)) ?? "")
    }

    private static func launch(_ product: Product) throws -> ServerProcess {
        try Data().write(to: product.log)
        let log = try FileHandle(forWritingTo: product.log)
        let command = product.confinement.confining(product.starter + [product.program("snug-server")])
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(product.environment) { $1 }
        process.standardOutput = log
        process.standardError = log
        try process.runWithOpenSignals()
        return ServerProcess(process: process, log: product.log)
    }

    var isRunning: Bool { process.isRunning }

    /// How it ended, if it did so by itself. A server that refuses connections may need a moment for that.
    private func earlyExit(patience: Duration = .zero) async -> String? {
        let deadline = ContinuousClock.now + patience
        while process.isRunning, ContinuousClock.now < deadline { usleep(100_000) }
        guard !process.isRunning else { return nil }
        let how = process.terminationReason == .uncaughtSignal ? "signal" : "status"
        return "\(how) \(process.terminationStatus)"
    }

    func remarkEarlyExit(in progress: Progress, patience: Duration = .zero) async {
        guard let exit = await earlyExit(patience: patience) else { return }
        let text = (try? ControlFile.read(log.path)) ?? ""
        progress.remark("the server ended by itself with \(exit); the end of its log: \(text.suffix(3000))")
    }

    /// Sends SIGTERM, and SIGKILL after 20 seconds.
    func stop() async {
        process.terminate()
        for _ in 0..<200 where process.isRunning {
            // Not `Task.sleep`: the server has to end even when this run was cancelled.
            usleep(100_000)
        }
        if process.isRunning { kill(processID, SIGKILL) }
        process.waitUntilExit()
    }
}

/// A port on loopback that nothing listens on.
func findFreePort(group: any EventLoopGroup) async throws -> Int {
    let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
    let port = listener.localAddress?.port
    try await listener.close()
    guard let port else { throw ChannelError.unknownLocalAddress }
    return port
}
