import Chat
import Logging
import ServiceLifecycle

/// Ticks the hub, and records deliveries and departures in the store.
struct HubTicker: Service, CustomStringConvertible {
    let description = "hub ticker"
    let hub: LiveHub
    let store: Store
    /// Time between two ticks; receipts and presence are announced no more often.
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                do {
                    try await tick()
                } catch {
                    // The deliveries are reported again with the next events of their rooms.
                    logger.warning("Deliveries were not recorded", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func tick() async throws {
        let result = try await hub.tick()
        if !result.departed.isEmpty { try await store.people.recordLastSeen(result.departed) }
        let positions = result.deliveries.flatMap { delivery in
            delivery.users.map { Rooms.DeliveryPosition(room: delivery.room, user: $0, seq: delivery.seq) }
        }
        try await store.rooms.markDelivered(positions)
    }
}
