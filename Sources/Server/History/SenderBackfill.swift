import Chat
import Logging
import ServiceLifecycle

/// Copies changed names and avatars into old messages, in small batches.
struct SenderBackfill: Service, CustomStringConvertible {
    let description = "sender backfill"
    let store: Store
    let interval: Duration
    let logger: Logger
    /// Pause between two batches, so that they do not delay other writes.
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
