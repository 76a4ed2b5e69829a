import Chat
import NIOCore

/// Limits of WebSocket connections.
struct WebSocketConfiguration: Sendable {
    /// Time in which the first frame must arrive.
    var hello = TimeAmount.seconds(5)
    /// Between two pings.
    var heartbeat = TimeAmount.seconds(30)
    /// Time without any frame after which a client is considered gone.
    var silence = TimeAmount.seconds(60)
    /// Between our close frame and the end of the connection, if the client does not answer it.
    var farewell = TimeAmount.seconds(5)
    /// What may wait for a slow reader, frames included.
    var backlog = Backlog.Limits()
    /// Frames that may wait to be carried out before no more are read, and their bytes.
    var inboxFrames = 64
    var inboxBytes = 128 * 1024
    /// Frames of any kind, fragments and pings included.
    var frames = RateRule(count: 100, seconds: 1, burst: 500)
    /// Frames that cannot be understood; a client that sends more ignores the errors.
    var badFrames = RateRule(count: 20, seconds: 60, burst: 20)
}
