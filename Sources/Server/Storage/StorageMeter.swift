import Chat
import Logging
import ServiceLifecycle
import Synchronization

/// How much the stored files of each kind take up, as last measured.
final class StorageSizes: Sendable {
    struct Reading: Sendable {
        /// Bytes of the originals.
        let originals: Int64
        /// Bytes of the variants.
        let variants: Int64
    }

    private let last = Mutex<Reading?>(nil)

    /// Nil before the first measurement.
    var reading: Reading? {
        get { last.withLock { $0 } }
        set { last.withLock { $0 = newValue } }
    }
}

/// Adds up the sizes of pictures now and then, in short reads with pauses, so that no other read waits for it.
struct StorageMeter: Service, CustomStringConvertible {
    let description = "storage meter"
    let store: Store
    let sizes: StorageSizes
    let logger: Logger

    /// Time between two measurements.
    private static let interval = Duration.seconds(600)
    /// Attachments of one read, and the pause after it.
    private static let step = 500
    private static let pause = Duration.milliseconds(20)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await measure()
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("The sizes of pictures could not be added up", metadata: ["error": "\(error)"])
                }
            } while (try? await Task.sleep(for: Self.interval)) != nil
        }
    }

    private func measure() async throws {
        var variants: Int64 = 0
        var last: Attachment.ID?
        repeat {
            let step = try await store.attachments.variantBytes(after: last, limit: Self.step)
            variants += step.byteCount
            last = step.last
            if last != nil { try await Task.sleep(for: Self.pause) }
        } while last != nil
        sizes.reading = .init(originals: try await store.attachments.originalBytes(), variants: variants)
    }
}
