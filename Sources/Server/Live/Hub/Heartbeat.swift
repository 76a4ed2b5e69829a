import Chat
import Logging
import ServiceLifecycle

/// Lets the hub look after its connections every second, and writes down what it finds.
struct Heartbeat: Service, CustomStringConvertible {
    let description = "heartbeat"
    let hub: LiveHub
    let store: Store
    /// Receipts and presence are told at most this often.
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                do {
                    try await look()
                } catch {
                    // What was delivered is counted again with the rooms' next events.
                    logger.warning("What members have received was not written down", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func look() async throws {
        let findings = try await hub.tick()
        if !findings.departed.isEmpty { try await store.sawUsers(findings.departed) }
        let places = findings.arrivals.flatMap { arrival in
            arrival.users.map { Store.Place(room: arrival.room, user: $0, seq: arrival.seq) }
        }
        hub.receive(try await store.markDelivered(places))
    }
}
