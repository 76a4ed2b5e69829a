import NIOHTTP1

/// Live events over each transport.
extension Person {
    /// Opens a WebSocket, sends `hello` and waits for the welcome.
    package func listen(
        automaticReplies: LiveClient.AutomaticReplies = .init(),
        receiveBuffer: Int? = nil
    ) async throws -> LiveClient {
        let (socket, _) = try await resume(from: nil, automaticReplies: automaticReplies, receiveBuffer: receiveBuffer)
        return socket
    }

    /// Opens a WebSocket that resumes at a cursor, and returns the welcome with it.
    package func resume(
        from cursor: String?,
        automaticReplies: LiveClient.AutomaticReplies = .init(),
        receiveBuffer: Int? = nil
    ) async throws -> (socket: LiveClient, welcome: JSON) {
        let socket = try await LiveClient(
            to: site,
            token: token,
            receiveBuffer: receiveBuffer,
            automaticReplies: automaticReplies
        )
        var hello: [String: JSON] = ["type": "hello"]
        hello["cursor"] = cursor.map(JSON.string)
        try await socket.say(.object(hello))
        return (socket, try await socket.next("welcome"))
    }

    /// Opens a stream of server-sent events.
    package func stream(after cursor: String? = nil) async throws -> StreamClient {
        var headers: HTTPHeaders = ["authorization": "Bearer \(token)", "accept": "text/event-stream"]
        if let cursor { headers.add(name: "last-event-id", value: cursor) }
        return try await StreamClient(to: site, headers: headers)
    }

    /// Sends one long poll and returns its answer.
    ///
    /// - Parameter wait: Seconds that the server may wait for an event.
    package func poll(after cursor: String? = nil, wait: Int = 0) async throws -> JSON {
        let query = cursor.map { "cursor=\($0)&wait=\(wait)" } ?? "wait=\(wait)"
        let answer = try await get("events?\(query)", headers: ["accept": "application/json"])
        return try answer.expect(200).json
    }
}
