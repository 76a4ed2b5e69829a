import Chat

/// Opens polling connections for requests.
struct PollingSessions: Sendable {
    let store: Store
    let hub: LiveHub
    let subscriptions: LiveSubscriptions

    /// Connects the person of a session, from the client's cursor on.
    ///
    /// - Parameters:
    ///   - snapshot: A snapshot that has already been read, if any.
    ///   - cut: Closes the channel of a reader that is stuck.
    /// - Throws: A problem when there are too many connections, or the server is stopping; `unauthenticated`.
    func connect(
        _ session: Session,
        over transport: LiveTransport,
        after cursor: String?,
        with snapshot: ConnectionSnapshot? = nil,
        limits: PollingConnection.Limits,
        cut: @escaping @Sendable () -> Void
    ) async throws -> (connection: PollingConnectionHandle, welcome: Welcome) {
        let connection = try await PollingConnectionHandle.make(
            for: session,
            transport: transport,
            on: hub,
            limits: limits,
            cut: cut
        )
        do {
            let welcome = try await subscriptions.connect(
                connection,
                for: session.userID,
                after: cursor,
                with: snapshot
            ) {
                try await store.people.checkSession(session.id)
            }
            return (connection, welcome)
        } catch let refusal as ConnectRefusal {
            throw Problem(refusal)
        }
    }
}

extension Problem {
    fileprivate init(_ refusal: ConnectRefusal) {
        switch refusal {
        case .tooMany:
            self.init(
                .tooManyRequests,
                "rate_limited",
                "Too many live connections. Close one, or try again later.",
                retryAfterSeconds: 5
            )
        case .gone:
            self.init(.serviceUnavailable, "overloaded", "The server is stopping.", retryAfterSeconds: 1)
        }
    }
}
