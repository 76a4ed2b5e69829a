import Chat
import Fixtures
import Logging
import NIOPosix
import ServiceLifecycle
import SnugClient
import SnugSettings
import Synchronization

// A release build has no modules that tests can look into, and builds this target too.
#if DEBUG
@testable import Server

/// A server inside the test's own process.
package struct RunningServer: Sendable {
    package let site: Site
    /// Its folder, which is removed with the server.
    package let storage: String
    private let logged: LineLog

    fileprivate init(site: Site, storage: String, logged: LineLog) {
        self.site = site
        self.storage = storage
        self.logged = logged
    }

    /// Everything that it has logged so far, down to `trace`, one line for each message with its data.
    package var log: [String] { logged.lines }

    /// Returns once it has logged a message with this text.
    package func waitForLog(_ text: String) async throws {
        try await logged.wait(for: text)
    }

    package func register(_ name: String) async throws -> Person {
        try await site.register(name)
    }
}

/// Starts a server with an empty folder on a free port, and stops it gracefully when `body` has returned.
package func withServer<Result: Sendable>(
    _ choose: (inout Settings) -> Void = { _ in },
    internalLimits adjust: (inout Snug.InternalLimits) -> Void = { _ in },
    _ body: (RunningServer) async throws -> Result
) async throws -> Result {
    try await withMemoryFolder { storage in
        var settings = Settings()
        settings.port = 0
        settings.storage = storage
        settings.mediaWorker = Executables.mediaWorker
        // Tests send more requests than a person, all from one address; tests of the limits set their own.
        settings.rates = .off
        choose(&settings)
        var internalLimits = Snug.InternalLimits(settings)
        // Of memory, where the storage of tests is.
        internalLimits.reserveByteCount = 1 << 20
        // A real hash takes a fifth of a second; these tests only need that a password is checked.
        internalLimits.passwordCost = PasswordHasher.Cost(rounds: 2, blockSize: 8, parallelism: 1)
        internalLimits.worker = .patient
        internalLimits.transports.webSocket.frames = RateRule(count: 1_000_000, seconds: 1, burst: 1_000_000)
        adjust(&internalLimits)
        return try await Semaphore.runningServers.withPermit { try await run(settings, internalLimits, body) }
    }
}

private func run<Result: Sendable>(
    _ settings: Settings,
    _ internalLimits: Snug.InternalLimits,
    _ body: (RunningServer) async throws -> Result
) async throws -> Result {
    let logged = LineLog()
    let logger = Logger(label: "snug") { _ in LineLogHandler(logged) }
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let snug = try await Snug.build(settings, internalLimits: internalLimits, logger: logger) { port.yield($0) }
    let group = ServiceGroup(configuration: configuration(of: snug, logger))
    let server = { RunningServer(site: Site(port: $0), storage: settings.storage, logged: logged) }
    do {
        let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            guard let found = await ports.first(where: { _ in true }) else {
                try await tasks.waitForAll()
                throw StartFailure(program: "the server", output: "it ended before it was ready")
            }
            let result = try await body(server(found))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
        try await snug.release()
        return result
    } catch {
        try? await snug.release()
        throw error
    }
}

private func configuration(of snug: Snug, _ logger: Logger) -> ServiceGroupConfiguration {
    var configuration = ServiceGroupConfiguration(
        services: snug.services.map { .init(service: $0, successTerminationBehavior: .ignore) },
        logger: logger
    )
    configuration.maximumGracefulShutdownDuration = .seconds(120)
    return configuration
}
#endif
