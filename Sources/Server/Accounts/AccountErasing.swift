import Chat
import Logging
import ServiceLifecycle

/// Removes what deleted accounts have left, in small batches.
struct AccountErasing: Service, CustomStringConvertible {
    let description = "account erasing"
    let store: Store
    let interval: Duration
    let logger: Logger
    /// Pause between two batches. Each of up to a hundred deleted messages is an event for all members of its room, so
    /// that no more than a thousand are sent in a second.
    private let pause = Duration.milliseconds(100)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    while try await store.accounts.eraseNext() { try await Task.sleep(for: pause) }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("Deleted accounts could not be erased", metadata: ["error": "\(error)"])
                }
            } while (try? await Task.sleep(for: interval)) != nil
        }
    }
}
