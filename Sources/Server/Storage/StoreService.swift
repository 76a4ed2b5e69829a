import Chat
import Logging
import ServiceLifecycle

/// Renews the token of the database, and closes the database after all other services. Operations that are still
/// waiting then are rejected, so that they do not delay the shutdown.
struct StoreService: Service, CustomStringConvertible {
    let description = "store"
    let store: Store
    /// Interval between two tokens. A backup older than this is recognised as one, whatever lies beside it.
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil { await renewToken() }
        }
        do {
            try await store.close()
        } catch {
            logger.warning(
                "The database was closed, but its write-ahead log remains: a copy must include snug.sqlite-wal",
                metadata: ["error": "\(error)"]
            )
        }
    }

    private func renewToken() async {
        do {
            try await store.renewToken()
        } catch {
            logger.warning("The token of the database could not be renewed", metadata: ["error": "\(error)"])
        }
    }
}
