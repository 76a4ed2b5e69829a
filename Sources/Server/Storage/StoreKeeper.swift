import Chat
import Logging
import ServiceLifecycle

/// Closes the database when everything else has ended, or when the time for that is over: then what still waits for the
/// database gets a refusal instead of holding up the end.
struct StoreKeeper: Service, CustomStringConvertible {
    let description = "store"
    let store: Store
    /// Between two tokens: a backup that is older than this is recognised as one, whatever lies beside it.
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
