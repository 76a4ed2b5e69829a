import ServiceLifecycle

/// Ends when an admin has requested a restart. The group of services then stops as on SIGTERM. Whoever supervises
/// the process starts it again.
final class RestartRequest: Service, CustomStringConvertible {
    let description = "restart"
    private let requests: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (requests, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func make() {
        continuation.yield()
    }

    func run() async throws {
        for await _ in requests.cancelOnGracefulShutdown() { return }
    }
}
