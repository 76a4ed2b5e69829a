import Chat
import Logging
import ServiceLifecycle

/// Carries new names and avatars into old messages, a small batch at a time between other work.
struct Renames: Service, CustomStringConvertible {
    let description = "renames"
    let store: Store
    let pages: PageCache
    let logger: Logger
    /// Between two looks; a new name reaches old messages within a minute.
    var interval = Duration.seconds(20)
    /// Between two batches, so that nobody waits behind them.
    var pause = Duration.milliseconds(20)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    while try await store.continueRenames() {
                        pages.forgetAll()
                        try await Task.sleep(for: pause)
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("Old messages keep an old name for now", metadata: ["error": "\(error)"])
                }
            } while (try? await Task.sleep(for: interval)) != nil
        }
    }
}
