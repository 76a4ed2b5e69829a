import Chat
import Hummingbird
import NIOCore

/// One poll, which is answered as soon as something has happened.
struct LongPollSession: Sendable {
    let session: Session
    let cursor: String?
    /// How long to wait for an event.
    let wait: TimeAmount
    let sessions: PollingSessions
    let limits: PollingConnection.Limits

    func result(of request: Request) async throws -> LongPollResult {
        let snapshot = try await sessions.subscriptions.snapshot(for: session.userID, after: cursor)
        let transient = snapshot.missed.filter { $0.cursor == nil }.digest
        let hasNews = snapshot.missed.contains { $0.cursor != nil } || transient != nil && transient != sentTransient
        guard snapshot.welcome.resumed, !hasNews, wait > .zero else {
            // Everything up to the snapshot's position is in this response, or known to be missing.
            return LongPollResult(
                cursor: cursor(at: snapshot.position, transient),
                resumed: snapshot.welcome.resumed,
                events: snapshot.missed
            )
        }
        return try await waitForEvents(request, behind: snapshot.withoutMissed, transient)
    }

    private func waitForEvents(
        _ request: Request,
        behind snapshot: ConnectionSnapshot,
        _ transient: UInt64?
    ) async throws -> LongPollResult {
        let (connection, welcome) = try await sessions.connect(
            session,
            over: .longPoll,
            after: cursor,
            with: snapshot,
            limits: limits,
            cut: {}
        )
        return try await request.body.consumeWithInboundCloseHandler { _ in
            let batches = await connection.poll(within: wait) { $0.events } ?? []
            let (rest, position) = try await connection.leave { $0.events }
            let events = (batches + rest).flatMap(\.self)
            let newest = events.newestCursor ?? welcome.cursor
            return LongPollResult(
                cursor: cursor(at: position ?? newest.position, transient),
                resumed: welcome.resumed,
                events: events
            )
        } onInboundClosed: {
            connection.close(.silent)
        }
    }

    private func cursor(at position: Int64, _ transient: UInt64?) -> String {
        Cursor(epoch: sessions.store.epoch, position: position, signals: transient).description
    }

    /// The digest of the transient events that were sent with the client's cursor. They have no position of their own,
    /// so that the same ones are found again until an event follows; a client that has received them waits for others.
    private var sentTransient: UInt64? { cursor.flatMap(Cursor.init)?.signals }
}
