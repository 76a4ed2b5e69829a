import Chat
import NIOCore

/// A client that receives events as they happen. Each transport implements it; the hub uses it on its event loop alone
/// and keeps everything that it needs to know about a subscriber in its own `ConnectedSubscriber`.
protocol Subscriber: AnyObject {
    var userID: User.ID { get }
    var sessionID: Session.ID { get }
    var transport: LiveTransport { get }
    /// False once either side has closed the connection.
    var isOpen: Bool { get }
    /// Whether nothing that was delivered is still waiting to be sent.
    var isCaughtUp: Bool { get }
    /// When the client last sent anything.
    var lastActivity: NIODeadline { get }

    /// Sends the state that the connection starts from. Called once, before the first event.
    func welcome(_ welcome: Welcome)
    /// Delivers events, none of which may be lost; a subscriber that cannot take them must close.
    func deliver(_ batch: EncodedBatch)
    /// Delivers transient events, which a subscriber drops when its client is slow.
    func deliverTransient(_ batch: EncodedBatch)
    /// Checks that the client is still there; called about once a second.
    func tick(_ now: NIODeadline)
    /// Closes the connection. Every transport expresses the reason in its own way.
    func close(_ reason: CloseReason)
}

/// The first message to a client.
struct Welcome: Sendable {
    let user: User
    /// Where to resume when the connection ends before its first event.
    let cursor: Cursor
    /// Whether everything that the client missed follows.
    let resumed: Bool
}

/// Why the server closes a live connection.
enum CloseReason: Equatable {
    case malformed
    case unauthenticated
    case helloTooLate
    case tooMany
    /// A newer connection of the same person has replaced it.
    case replaced
    case restarting
    case tooSlow
    /// The client has sent nothing for too long.
    case silent
    /// The server failed to do what the client needs; trying again later may help.
    case failed
}

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
