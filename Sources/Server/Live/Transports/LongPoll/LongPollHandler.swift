import Hummingbird

/// Live events by long polling, for networks that let nothing else through.
struct LongPollHandler: Sendable {
    let sessions: PollingSessions
    let encoding: JSONEncoding
    let configuration: LongPollConfiguration

    func respond(to request: Request, _ context: SignedInContext) async throws -> Response {
        let wait = try request.number("wait", in: 0...configuration.maxWait) ?? configuration.defaultWait
        let session = LongPollSession(
            session: context.session,
            cursor: request.text("cursor"),
            wait: .seconds(wait),
            sessions: sessions,
            limits: configuration.connection
        )
        return encoding.response(.ok, try await session.result(of: request))
    }
}

/// Limits of long polling.
struct LongPollConfiguration: Sendable {
    /// Longest time in seconds that a client may ask a poll to wait.
    var maxWait: Int64 = 60
    /// Time in seconds that a poll waits unless the client asks for another.
    var defaultWait: Int64 = 25
    var connection = PollingConnection.Limits()
}
