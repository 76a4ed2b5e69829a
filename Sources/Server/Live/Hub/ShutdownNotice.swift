import ServiceLifecycle
import Synchronization

/// Records that the server has begun to stop, so that `/health/simple` fails and load balancers send no more clients,
/// and closes the live connections.
final class ShutdownNotice: Service {
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
