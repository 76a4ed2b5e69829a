import ServiceLifecycle
import Synchronization

/// Knows when the server has begun to stop, so that load balancers send nobody here any more.
final class Stopping: Service {
    private let flag = Atomic(false)

    var hasBegun: Bool { flag.load(ordering: .relaxed) }

    func run() async throws {
        try? await gracefulShutdown()
        flag.store(true, ordering: .relaxed)
    }
}
