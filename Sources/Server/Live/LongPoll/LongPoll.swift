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
        guard entry.welcome.resumed, entry.missed.isEmpty, wait > .zero else {
            // Everything up to the entry's position is told here, or known to be missing.
            let found = Found(
                cursor: cursor(at: entry.position),
                resumed: entry.welcome.resumed,
                texts: entry.missed
            )
            return admissions.wire.response(.ok, found)
        }
        let found = try await waitForEvents(request, behind: entry)
        return admissions.wire.response(.ok, found)
    }

    private func waitForEvents(_ request: Request, behind entry: LiveEntry) async throws -> Found {
        let connection = try await PulledHandle.make(for: session, on: admissions.hub, limits: limits, cut: {})
        let welcome = try await admissions.admit(connection, as: session, after: cursor, with: entry)
        return try await request.body.consumeWithInboundCloseHandler { _ in
            let batches = await connection.pull(within: wait) { $0.texts } ?? []
            let (rest, position) = try await connection.leave { $0.texts }
            let texts = (batches + rest).flatMap(\.self)
            let newest = texts.last { $0.cursor != nil }?.cursor ?? welcome.cursor.description
            return Found(cursor: position.map(cursor(at:)) ?? newest, resumed: welcome.resumed, texts: texts)
        } onInboundClosed: {
            connection.close()
        }
    }

    private func cursor(at position: Int64) -> String {
        Cursor(epoch: admissions.store.epoch, position: position).description
    }
}
