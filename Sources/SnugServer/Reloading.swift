import Logging
import NIOPosix
import Server
import ServiceLifecycle
import SnugSettings
import UnixSignals

/// Rereads the settings on SIGHUP, of which the keys for media URLs and the log level take effect at once.
struct Reloading: Service, CustomStringConvertible {
    let description = "reloading"
    let started: Settings
    let read: @Sendable () throws -> Settings
    let server: Snug
    let level: AdjustableLogLevel
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload() }
    }

    private func reload() async {
        do {
            let settings = try await NIOThreadPool.singleton.runIfActive(read)
            try await server.reloadKeys(settings)
            level.current = settings.logLevel
            logger.notice(
                "Settings and keys were reloaded",
                metadata: ["file": "\(settings.sources.file ?? "none")", "log.level": "\(settings.logLevel)"]
            )
            let waiting = settings.changes(since: started).filter { $0 != "log_level" }
            guard !waiting.isEmpty else { return }
            logger.warning(
                "Some changed settings take effect only at the next start",
                metadata: ["settings": "\(waiting.joined(separator: ", "))"]
            )
        } catch {
            logger.error(
                "Settings could not be reloaded; nothing was changed",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
