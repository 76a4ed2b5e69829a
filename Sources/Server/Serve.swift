import ArgumentParser
import Foundation
import Logging

/// `snug-server serve`: reads the settings, builds the server and runs it.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server (what happens without a subcommand).",
        discussion: """
            Settings come from the command line, then the environment, then snug.yaml, then defaults; \
            --max-upload-bytes, SNUG_MAX_UPLOAD_BYTES and max_upload_bytes are the same one:

            \(SettingName.allCases.map { "  \($0.option)" }.joined(separator: "\n"))
            """
    )

    @Argument(parsing: .allUnrecognized, help: "Settings, such as --port 8080.")
    var settings: [String] = []

    func run() async throws {
        let settings = try await Startup.settings(settings)
        let logger = Startup.logger(settings)
        let server = try await Startup.orExplain {
            try await Snug.build(settings, logger: logger) { port in
                greet(settings, port: port)
                logger.notice("Snug is ready", metadata: ["version": "\(SnugServer.version)", "port": "\(port)"])
            }
        }
        try await Startup.orExplain { try await server.run(logger: logger) }
        logger.notice("Snug has stopped")
    }

    private func greet(_ settings: Settings, port: Int) {
        let site = "http://\(settings.host):\(port)"
        print(
            """
            Snug \(SnugServer.version) listens on \(site) and keeps everything in \(settings.storage).
            Is it well?      curl \(site)/health
            See it at work:  SNUG_URL=\(site) make demo
            """
        )
        fflush(nil)
    }
}

/// What commands share before they begin.
enum Startup {
    /// - Throws: an exit with a clear line for a setting that cannot be understood.
    static func settings(_ arguments: [String]) async throws -> Settings {
        try await orExplain { try await Settings.read(arguments: arguments) }
    }

    static func logger(_ settings: Settings) -> Logger {
        var logger = Logger(label: "snug") { label in
            switch settings.logFormat {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        logger.logLevel = settings.logLevel
        return logger
    }

    /// Turns an error at the start into one line for the operator.
    static func orExplain<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            throw StartFailure(reason: error)
        }
    }
}

/// Why the server does not run; ends it with its description and exit status 1.
struct StartFailure: Error, CustomStringConvertible {
    let reason: any Error

    var description: String {
        "Snug does not start. \((reason as? CocoaError)?.localizedDescription ?? String(describing: reason))"
    }
}
