import Chat

/// Lets live connections in, whatever carries them.
struct Admissions: Sendable {
    let store: Store
    let hub: LiveHub
    let wire: Wire

    /// What somebody hears who comes with this cursor.
    ///
    /// - Parameter cursor: As the client sent it. One that is none, or that nothing can be told from, makes a fresh
    ///   start.
    func entry(for user: User.ID, after cursor: String?) async throws -> LiveEntry {
        let cursor = cursor.flatMap(Cursor.init)
        let blockChanges = hub.blockChanges.count
        let start = try await store.liveStart(for: user, after: cursor)
        let texts = start.missed.flatMap(texts)
        let resumes = texts != nil
        let missed = texts ?? []
        // Until the first missed event has come, the client has not moved.
        let position = missed.isEmpty ? start.position : cursor?.position ?? start.position
        return LiveEntry(
            welcome: Welcome(
                user: start.user,
                cursor: Cursor(epoch: store.epoch, position: position),
                resumed: resumes
            ),
            rooms: start.rooms,
            position: start.position,
            missed: missed,
            pending: start.pending,
            blocked: start.blocked,
            blockChanges: blockChanges
        )
    }

    /// Nil as soon as they come to more bytes than may be missed.
    private func texts(_ missed: Missed) -> [LiveText]? {
        var texts: [LiveText] = []
        var bytesLeft = Missed.maxBytes
        for event in missed.events {
            let text = LiveText(event, epoch: store.epoch, wire: wire)
            bytesLeft -= text.json.readableBytes
            guard bytesLeft >= 0 else { return nil }
            texts.append(text)
        }
        return texts + missed.profiles.map { LiveText(signal: .profile($0), wire: wire) }
            + missed.receipts.map { LiveText(signal: .receipt($0), wire: wire) }
    }

    /// Admits a connection, reading anew what it starts from for as long as more happens than the hub remembers.
    ///
    /// - Parameters:
    ///   - read: An entry that has been read already.
    ///   - admit: Hands an entry to the connection on the hub's loop.
    func admit(
        _ user: User.ID,
        after cursor: String?,
        with read: LiveEntry? = nil,
        _ admit: (LiveEntry) async -> Hub.Admission
    ) async throws -> (admission: Hub.Admission, welcome: Welcome) {
        var known = read
        while true {
            let entry: LiveEntry
            if let known { entry = known } else { entry = try await self.entry(for: user, after: cursor) }
            let admission = await admit(entry)
            guard admission == .stale else { return (admission, entry.welcome) }
            known = nil
        }
    }

    /// Admits a connection that a request waits for.
    ///
    /// - Throws: `Problem` when there are too many, or the server stops.
    func admit(
        _ connection: PulledHandle,
        as session: Session,
        after cursor: String?,
        with read: LiveEntry? = nil
    ) async throws -> Welcome {
        let (admission, welcome) = try await admit(session.userID, after: cursor, with: read) { entry in
            await connection.admit(entry, to: hub)
        }
        switch admission {
        case .admitted:
            try await checkStillSignedIn(session, connection)
            return welcome
        case .tooMany:
            throw Problem(
                .tooManyRequests,
                "rate_limited",
                "There are too many live connections. Close one, or try again later.",
                retryAfterSeconds: 5
            )
        case .gone, .stale:
            throw Problem(.serviceUnavailable, "overloaded", "The server is stopping.", retryAfterSeconds: 1)
        }
    }

    /// A session that ended before the hub knew the connection could not close it.
    private func checkStillSignedIn(_ session: Session, _ connection: PulledHandle) async throws {
        do {
            try await store.checkSession(session.id)
        } catch {
            connection.close()
            throw error
        }
    }
}
