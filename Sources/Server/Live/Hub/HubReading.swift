/// The state of the hub at one moment, for monitoring.
struct HubReading: Sendable {
    /// Position of the newest event that has been published.
    let position: Int64
    let connections: [LiveTransport: Int]
}

extension Hub {
    var reading: HubReading {
        loop.preconditionInEventLoop()
        var connections: [LiveTransport: Int] = [:]
        for connection in table.connections { connections[connection.subscriber.transport, default: 0] += 1 }
        return HubReading(position: position, connections: connections)
    }
}

extension LiveHub {
    func reading() async throws -> HubReading {
        try await loop.submit { onLoop.reading }.get()
    }
}
