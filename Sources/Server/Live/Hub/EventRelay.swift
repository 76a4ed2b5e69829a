import Chat
import Synchronization

/// Takes each commit's events from the store to the hub, encoded, and pages that they outdate out of the cache. The store is there before the hub, which begins at
/// the store's position.
final class EventRelay: Sendable {
    private let wire: Wire
    private let pages: PageCache
    private let target = Mutex<(hub: LiveHub, epoch: String)?>(nil)

    init(wire: Wire, pages: PageCache) {
        self.wire = wire
        self.pages = pages
    }

    func connect(to hub: LiveHub, epoch: String) {
        target.withLock { $0 = (hub, epoch) }
    }

    func publish(_ events: [Event]) {
        pages.forget(events.lazy.map(\.roomID))
        guard let (hub, epoch) = target.withLock({ $0 }) else { return }
        hub.publish(events.map { LiveEvent($0, epoch: epoch, wire: wire) })
    }
}
