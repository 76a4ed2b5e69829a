import ServiceLifecycle

/// Lets the hub look after its connections every few seconds.
struct Heartbeat: Service, CustomStringConvertible {
    let description = "heartbeat"
    let hub: LiveHub
    /// Short against the times that connections are given, and long enough to cost nothing.
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                hub.loop.execute { hub.onLoop.tick() }
            }
        }
    }
}
