import Chat
import Hummingbird
import NIOCore

/// Long polling, for networks that let nothing else through: an answer as soon as something has happened.
struct LongPoll: Sendable {
    let session: Session
    let cursor: String?
    /// How long the client would wait.
    let wait: TimeAmount
    let admissions: Admissions
    let limits: PulledConnection.Limits

    /// What a poll has found.
    private struct Found: JSONWritable {
        var cursor: String
        let resumed: Bool
        var texts: [LiveText] = []

        func write(to json: inout JSONWriter) {
            json.object { json in
                json.member("cursor", cursor)
                json.member("resumed", resumed)
                json.key("events")
                json.array(texts) { $0.value(encoded: $1.json.readableBytesView) }
            }
        }
    }

    func response(to request: Request) async throws -> Response {
        let entry = try await admissions.entry(for: session.userID, after: cursor)
        let signals = Self.digest(entry.missed.filter { $0.cursor == nil })
        let isNews = entry.missed.contains { $0.cursor != nil } || signals != nil && signals != toldSignals
        guard entry.welcome.resumed, !isNews, wait > .zero else {
            // Everything up to the entry's position is told here, or known to be missing.
            let found = Found(
                cursor: cursor(at: entry.position, signals),
                resumed: entry.welcome.resumed,
                texts: entry.missed
            )
            return admissions.wire.response(.ok, found)
        }
        let found = try await waitForEvents(request, behind: entry.withoutMissed, signals)
        return admissions.wire.response(.ok, found)
    }

    private func waitForEvents(_ request: Request, behind entry: LiveEntry, _ signals: UInt64?) async throws -> Found {
        let connection = try await PulledHandle.make(for: session, on: admissions.hub, limits: limits, cut: {})
        let welcome = try await admissions.admit(connection, as: session, after: cursor, with: entry)
        return try await request.body.consumeWithInboundCloseHandler { _ in
            let batches = await connection.pull(within: wait) { $0.texts } ?? []
            let (rest, position) = try await connection.leave { $0.texts }
            let texts = (batches + rest).flatMap(\.self)
            let newest = texts.last { $0.cursor != nil }?.cursor.flatMap(Cursor.init) ?? welcome.cursor
            return Found(
                cursor: cursor(at: position ?? newest.position, signals),
                resumed: welcome.resumed,
                texts: texts
            )
        } onInboundClosed: {
            connection.close()
        }
    }

    private func cursor(at position: Int64, _ signals: UInt64?) -> String {
        Cursor(epoch: admissions.store.epoch, position: position, signals: signals).description
    }

    /// Of the signals that were sent with the client's cursor. They have no position of their own, so that the same ones
    /// are found again until an event follows; a client that was sent them waits for others.
    private var toldSignals: UInt64? { cursor.flatMap(Cursor.init)?.signals }

    /// FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv-17): two sets of signals have to differ, nobody
    /// gains by making them not.
    private static func digest(_ texts: [LiveText]) -> UInt64? {
        guard !texts.isEmpty else { return nil }
        return texts.reduce(0xCBF2_9CE4_8422_2325) { digest, text in
            text.json.readableBytesView.reduce(digest) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }
}
