import Chat

/// A live connection as code outside the event loop holds it.
protocol ConnectionHandle: Sendable {
    var transport: LiveTransport { get }
    /// Connects to the hub, from the snapshot on.
    func connect(from snapshot: ConnectionSnapshot) async -> ConnectResult
    func close(_ reason: CloseReason)
}

/// Why somebody is not connected.
enum ConnectRefusal: Error {
    /// The server has as many connections as it takes.
    case tooMany
    /// The client has gone away meanwhile, or the server is stopping.
    case gone
}

/// Connects and resumes live connections, whatever transport carries them.
struct LiveSubscriptions: Sendable {
    let store: Store
    let blockChanges: BlockChanges
    let encoding: JSONEncoding
    let metrics: LiveMetrics

    /// The state that a connection starts from.
    ///
    /// - Parameter cursor: As the client sent it. If it is malformed, or not everything after it can be replayed, there
    ///   are no missed events, and `resumed` in the welcome is false.
    /// - Throws: `unauthenticated` when the account is gone.
    func snapshot(for user: User.ID, after cursor: String?) async throws -> ConnectionSnapshot {
        let cursor = cursor.flatMap(Cursor.init)
        let blockChanges = blockChanges.count
        let start = try await store.events.resumeSnapshot(for: user, after: cursor)
        let encoded = start.missed.flatMap(encoded)
        let missed = encoded ?? []
        // Until the first missed event has arrived, the client has not moved.
        let position = missed.isEmpty ? start.position : cursor?.position ?? start.position
        return ConnectionSnapshot(
            welcome: Welcome(
                user: start.user,
                cursor: Cursor(epoch: store.epoch, position: position),
                resumed: encoded != nil
            ),
            rooms: start.rooms,
            position: start.position,
            missed: missed,
            pending: start.pending,
            blocked: start.blocked,
            blockChanges: blockChanges
        )
    }

    /// Nil when the events have more bytes than may be missed.
    private func encoded(_ missed: MissedEvents) -> [EncodedEvent]? {
        var events: [EncodedEvent] = []
        var bytesLeft = MissedEvents.maxBytes
        for event in missed.events {
            let encoded = EncodedEvent(event, epoch: store.epoch, encoding: encoding)
            bytesLeft -= encoded.json.readableBytes
            guard bytesLeft >= 0 else { return nil }
            events.append(encoded)
        }
        return events + missed.profiles.map { EncodedEvent(.profile($0), encoding: encoding) }
            + missed.receipts.map { EncodedEvent(.receipt($0), encoding: encoding) }
    }

    /// Connects a client, which receives everything behind its cursor exactly once.
    ///
    /// - Parameters:
    ///   - snapshot: A snapshot that has already been read, if any.
    ///   - checkSession: Throws when the session has ended; called once the hub knows the connection, because a session
    ///     that ended before could not close it.
    /// - Throws: `ConnectRefusal`; `unauthenticated` when the account or the session is gone.
    func connect(
        _ connection: some ConnectionHandle,
        for user: User.ID,
        after cursor: String?,
        with snapshot: ConnectionSnapshot? = nil,
        checkSession: () async throws -> Void
    ) async throws -> Welcome {
        let start = ContinuousClock.now
        let (result, welcome) = try await connectFromFreshSnapshot(connection, user, cursor, snapshot)
        switch result {
        case .connected: break
        case .tooMany: throw ConnectRefusal.tooMany
        case .gone, .stale: throw ConnectRefusal.gone
        }
        do {
            try await checkSession()
        } catch Refusal.unauthenticated(let detail) {
            connection.close(.unauthenticated)
            throw Refusal.unauthenticated(detail)
        } catch {
            connection.close(.failed)
            throw error
        }
        metrics.opening[connection.transport].observe(ContinuousClock.now - start)
        return welcome
    }

    /// Reads the snapshot again for as long as more happens meanwhile than the hub keeps.
    private func connectFromFreshSnapshot(
        _ connection: some ConnectionHandle,
        _ user: User.ID,
        _ cursor: String?,
        _ known: ConnectionSnapshot?
    ) async throws -> (result: ConnectResult, welcome: Welcome) {
        var known = known
        while true {
            let snapshot: ConnectionSnapshot
            if let known { snapshot = known } else { snapshot = try await self.snapshot(for: user, after: cursor) }
            let result = await connection.connect(from: snapshot)
            guard result == .stale else { return (result, snapshot.welcome) }
            known = nil
        }
    }
}

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

/// The result of an attempt to connect.
enum ConnectResult: Equatable {
    case connected
    /// The server has as many connections as it takes.
    case tooMany
    /// More has happened since the snapshot was read than the hub keeps; it must be read again.
    case stale
    /// The client has gone away meanwhile, or the server is stopping.
    case gone
}
