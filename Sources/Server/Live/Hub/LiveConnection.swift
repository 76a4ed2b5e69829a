import Chat
import NIOCore

/// A client that hears events as they happen. Transports implement it; it is used on the hub's event loop alone.
protocol LiveConnection: AnyObject {
    var userID: User.ID { get }
    var sessionID: Session.ID { get }
    /// False once it has been closed from either side.
    var isOpen: Bool { get }
    /// Whether everything it was given is on its way to the client.
    var isCaughtUp: Bool { get }
    /// When the client last showed that it is there.
    var lastHeard: NIODeadline { get }
    /// Where it sits in the rooms that it hears; kept by the hub.
    var seats: [LiveRoom.Seat] { get set }
    /// What one flush of all rooms has for it; empty between flushes. Kept by the hub.
    var dueFlushes: [LiveRoom.Flush] { get set }

    /// Says what the connection starts from. Comes before the first event.
    func welcome(_ welcome: Welcome)
    /// Events, none of which may be lost.
    func deliver(_ batch: LiveBatch)
    /// Signals, which may be dropped when the client is slow.
    func signal(_ batch: LiveBatch)
    /// Asks the client whether it is still there, and closes the connection when it has not answered for long.
    func tick(_ now: NIODeadline)
    func close(_ reason: LiveClosure)
}

/// What a connection hears first.
struct Welcome: Sendable {
    let user: User
    /// Where to come back to if the connection ends before its first event.
    let cursor: Cursor
    /// Whether everything that was missed follows.
    let resumed: Bool
}

/// What a connection brings to be admitted with.
struct LiveEntry: Sendable {
    let welcome: Welcome
    let rooms: [Room.ID]
    /// Position of the newest event that rooms and missed events reflect.
    let position: Int64
    /// What comes before everything that happens from now on.
    var missed: [LiveText]
    /// Members of the rooms of whom nobody else may know if they are there.
    var pending: [Room.ID: Set<User.ID>] = [:]
    /// People with whom the connection's person exchanges no signals.
    var blocked: Set<User.ID> = []
    /// How many blocks had changed before all this was read.
    var blockChanges = 0

    /// For a client that has what it missed.
    var withoutMissed: LiveEntry {
        var entry = self
        entry.missed = []
        return entry
    }
}

/// Why the server ends a live connection.
enum LiveClosure: Equatable {
    case malformed
    case unauthenticated
    case helloTooLate
    case tooMany
    /// A newer connection of the same person has taken its place.
    case replaced
    case restarting
    case tooSlow
    /// The client answers nothing.
    case silent
    /// The server could not do what it must; trying again later may help.
    case failed
}
