import SnugMetrics

/// The kinds of live connections.
enum LiveTransport: String, CaseIterable, Sendable {
    case webSocket = "websocket"
    case sse
    case longPoll = "long_poll"
}

/// What live connections count for monitoring.
struct LiveMetrics: Sendable {
    /// Time from the commit of an event until it was written to the connections of all its subscribers. Counted once for
    /// each event, not for each connection.
    let delivery = Histogram(seconds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
    /// Time from a client's cursor to its welcome.
    let opening = Family<LiveTransport, _> { _ in
        Histogram(seconds: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10])
    }
}
