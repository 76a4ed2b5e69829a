import Chat
import Logging
import ServiceLifecycle

/// Carries new names and avatars into old messages, a small batch at a time between other work.
struct SenderBackfill: Service, CustomStringConvertible {
    let description = "sender backfill"
    let store: Store
    let interval: Duration
    let logger: Logger
    /// Between two batches, so that nobody waits behind them.
    private let pause = Duration.milliseconds(20)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    while try await store.messages.backfillSenders() { try await Task.sleep(for: pause) }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning(
                        "Old messages could not be updated with new names and avatars",
                        metadata: ["error": "\(error)"]
                    )
                }
            } while (try? await Task.sleep(for: interval)) != nil
        }
    }
}
