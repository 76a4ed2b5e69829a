import DequeModule

/// The newest events, for connections whose snapshot was read just before they happened.
struct RecentEvents {
    private let maxCount: Int
    private let maxBytes: Int
    private var events: Deque<LiveEvent> = []
    private var byteCount = 0

    init(_ limits: Hub.Limits) {
        maxCount = limits.recentEvents
        maxBytes = limits.recentBytes
    }

    mutating func append(_ event: LiveEvent) {
        events.append(event)
        byteCount += event.encoded.json.readableBytes
    }

    /// Removes the oldest events above the limits.
    mutating func trim() {
        while events.count > maxCount || byteCount > maxBytes {
            byteCount -= events.removeFirst().encoded.json.readableBytes
        }
    }

    /// Kept events behind a position, oldest first.
    func events(after position: Int64) -> some Collection<LiveEvent> {
        events.reversed().prefix { $0.position > position }.reversed()
    }
}
