import ServiceLifecycle

/// Measures the free space of the storage at an interval.
struct DiskWatch: Service, CustomStringConvertible {
    let description = "disk watch"
    let monitor: DiskMonitor
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil { await monitor.measure() }
        }
    }
}
