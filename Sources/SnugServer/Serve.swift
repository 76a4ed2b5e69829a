import ArgumentParser
import Chat
import ChatSQLite
import Foundation
import Kernel
import Logging
import Media
import NIOCore
import Server
import SnugSettings

/// `snug-server serve`: reads the settings, builds the server and runs it.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server (default).",
        discussion: """
            A setting is an option (--max-upload-bytes), an environment variable (SNUG_MAX_UPLOAD_BYTES) or a line of \
            snug.yaml (max_upload_bytes). Options override the environment, and the environment overrides the file. \
            The file is the one named by --config or SNUG_CONFIG; otherwise snug.yaml in the storage folder; otherwise \
            snug.yaml in the current folder.

            \(Setting.help)
            """
    )

    @Argument(parsing: .allUnrecognized, help: "Settings, such as --port 8080.")
    var settings: [String] = []

    func run() async throws {
        // SIGHUP must not end the process before its handler is installed.
        signal(SIGHUP, SIG_IGN)
        try await Startup.orExplain { try CoreDumps.forbid() }
        let arguments = settings
        var settings = try await Startup.settings(arguments)
        let level = AdjustableLogLevel(settings.logLevel)
        let logger = Startup.logger(settings, level)
        Startup.logSources(of: settings, logger)
        Startup.checkWorker(settings, logger)
        Startup.limitConnections(&settings, logger)
        try await serve(settings, read: { try Settings.read(arguments: arguments) }, level, logger)
    }

    private func serve(
        _ settings: Settings,
        read: @escaping @Sendable () throws -> Settings,
        _ level: AdjustableLogLevel,
        _ logger: Logger
    ) async throws {
        let server = try await Startup.orExplain {
            try await Snug.build(settings, logger: logger) { port in
                printGreeting(settings, port: port)
                logger.notice("Snug is ready", metadata: ["version": "\(Release.version)", "port": "\(port)"])
            }
        }
        do {
            let reloading = Reloading(started: settings, read: read, server: server, level: level, logger: logger)
            try await server.run(beside: reloading, logger: logger)
        } catch  where isUnusableAddress(error) {
            let place = "\(settings.asGiven("host")) with \(settings.asGiven("port"))"
            throw StartFailure(
                reason: "\(place) cannot be used: expected an address of this machine and a free port."
            )
        }
        logger.notice("Snug has stopped")
    }

    private func isUnusableAddress(_ error: any Error) -> Bool {
        error is SocketAddressError || error is SocketAddressError.UnknownHost
            || (error as? IOError).map { [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains($0.errnoCode) } ?? false
    }

    private func printGreeting(_ settings: Settings, port: Int) {
        let site = "http://\(settings.host):\(port)"
        print(
            """
            Snug \(Release.version) listens on \(site) and stores its data in \(settings.storage).
            Health:  curl \(site)/health
            Demo:    SNUG_URL=\(site) make demo
            """
        )
        fflush(nil)
    }
}

/// What the commands do at their start.
enum Startup {
    /// Reads the settings.
    ///
    /// - Throws: ``StartFailure`` for an unknown setting or a value that is not allowed.
    static func settings(_ arguments: [String]) async throws -> Settings {
        try await orExplain { try Settings.read(arguments: arguments) }
    }

    static func logSources(of settings: Settings, _ logger: Logger) {
        logger.notice("Settings were read", metadata: ["file": "\(settings.sources.file ?? "none")"])
        guard let ignored = settings.sources.ignoredFile else { return }
        logger.warning("A second settings file was ignored", metadata: ["file": "\(ignored)"])
    }

    /// Raises the limit of open files as far as the system allows, because each connection needs one, and reduces
    /// `max_connections` to what that limit and the memory allow.
    static func limitConnections(_ settings: inout Settings, _ logger: Logger) {
        OpenFiles.raiseLimit()
        let (openFiles, memory) = (OpenFiles.limit ?? 1024, MemoryLimit.current())
        let capacity = ConnectionCapacity(openFiles: openFiles, memory: memory?.byteCount)
        logger.notice(
            "The limits of this process allow \(capacity.count) live connections",
            metadata: [
                "open.files": "\(openFiles)", "memory.bytes": "\(memory?.byteCount ?? 0)",
                "memory.limit": "\(memory?.source ?? "unknown")", "max.connections": "\(settings.maxConnections)",
            ]
        )
        guard settings.maxConnections > capacity.count else { return }
        let remedy =
            switch capacity.bound {
            case .openFiles: "raise LimitNOFILE (ulimit -n)"
            case .memory: "raise MemoryMax, or the memory of the container or the machine"
            }
        logger.warning(
            "SNUG_MAX_CONNECTIONS is too high for this process and was reduced: \(remedy), or lower the setting",
            metadata: ["max.connections": "\(capacity.count)", "setting": "\(settings.maxConnections)"]
        )
        settings.maxConnections = capacity.count
    }

    static func logger(_ settings: Settings, _ level: AdjustableLogLevel) -> Logger {
        Logger(label: "snug") { label -> any LogHandler in
            switch settings.logFormat {
            case .text: AdjustableLogHandler(StreamLogHandler.standardError(label: label), level: level)
            case .json: AdjustableLogHandler(JSONLogHandler(label: label), level: level)
            }
        }
    }

    /// Logs a warning if the media worker is missing, without which pictures get no variants.
    static func checkWorker(_ settings: Settings, _ logger: Logger) {
        guard !FileManager.default.isExecutableFile(atPath: settings.workerPath) else { return }
        logger.warning(
            "The media worker is missing: put snug-media-worker in the server's folder or set SNUG_MEDIA_WORKER",
            metadata: ["path": "\(settings.workerPath)"]
        )
    }

    /// Converts an error at the start to one line for the operator.
    static func orExplain<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failure as StorageFailure {
            throw unusable(failure)
        } catch let refusal as DatabaseRefusal {
            throw unusable(refusal)
        } catch {
            throw StartFailure(reason: (error as? CocoaError)?.localizedDescription ?? String(describing: error))
        }
    }
}

extension Startup {
    /// Prints why the storage cannot be used; ends the program with exit status 78.
    static func unusable(_ reason: any Error & CustomStringConvertible) -> ExitCode {
        try? FileHandle.standardError.write(contentsOf: Data("Error: \(reason)\n".utf8))
        return ExitCode(EX_CONFIG)
    }
}

/// Ends a command with its description and exit status 1.
struct StartFailure: Error, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}
