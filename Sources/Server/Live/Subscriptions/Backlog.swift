/// Counts what waits for a slow reader. Connections close when it exceeds the limits; their clients resume later.
struct Backlog {
    struct Limits: Sendable {
        /// Events that may wait.
        var events = 256
        /// Bytes that may wait, as a transport counts them.
        var bytes = 1 << 20
    }

    private var events = 0
    private var bytes = 0

    /// - Returns: False when the limits are exceeded.
    mutating func add(events: Int, bytes: Int, limits: Limits) -> Bool {
        self.events += events
        self.bytes += bytes
        return self.events <= limits.events && self.bytes <= limits.bytes
    }

    /// Whether transient events still fit. They get no more than half of the backlog, so that they never cost a client
    /// its connection.
    func hasRoomForTransient(events: Int, bytes: Int, limits: Limits) -> Bool {
        (self.events + events) * 2 <= limits.events && (self.bytes + bytes) * 2 <= limits.bytes
    }

    /// The reader has taken everything.
    mutating func clear() {
        self = Backlog()
    }
}
