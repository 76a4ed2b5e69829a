import ServiceLifecycle
import Synchronization

/// Knows when the server has begun to stop, so that load balancers send nobody here any more, and sends live
/// connections elsewhere.
final class Stopping: Service {
    private let flag = Atomic(false)
    private let hub: LiveHub

    init(hub: LiveHub) {
        self.hub = hub
    }

    var hasBegun: Bool { flag.load(ordering: .relaxed) }

    func run() async throws {
        try? await gracefulShutdown()
        flag.store(true, ordering: .relaxed)
        hub.stop()
    }
}
