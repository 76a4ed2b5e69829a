import NIOCore

/// Limits of server-sent events.
struct SSEConfiguration: Sendable {
    /// Between two comments on a stream where nothing else happens.
    var comment = TimeAmount.seconds(20)
    var connection = PollingConnection.Limits()
}
