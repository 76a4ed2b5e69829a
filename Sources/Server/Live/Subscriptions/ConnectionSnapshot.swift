import Chat

/// The state that a connection starts from, read from the store at one position of the log.
struct ConnectionSnapshot: Sendable {
    let welcome: Welcome
    /// The rooms to subscribe to.
    let rooms: [Room.ID]
    /// Position of the newest event that the rooms and the missed events reflect.
    let position: Int64
    /// Delivered before everything that happens from now on.
    var missed: [EncodedEvent]
    /// Members by room who have yet to answer a stranger; their presence is hidden from the others.
    var pending: [Room.ID: Set<User.ID>] = [:]
    /// People with whom the connection's person exchanges no transient events.
    var blocked: Set<User.ID> = []
    /// Value of `BlockChanges` before all this was read.
    var blockChanges = 0

    /// The snapshot for a client that has received the missed events already.
    var withoutMissed: ConnectionSnapshot {
        var snapshot = self
        snapshot.missed = []
        return snapshot
    }
}

/// What became of an attempt to connect.
enum ConnectResult: Equatable {
    case connected
    /// The server has as many connections as it takes.
    case tooMany
    /// More has happened since the snapshot was read than the hub keeps; it must be read again.
    case stale
    /// The client has gone away meanwhile, or the server is stopping.
    case gone
}
