import NIOCore

/// How many pages of 50 messages the server gives in a second, out of a room of 100,000.
struct History: Sendable {
    private static let pageSize = 50
    private static let seconds = 8
    private static let wanted = 10_000.0

    let theatre: Theatre

    func run() async throws -> [Figure] {
        try await theatre.serving { _ in
            let library = theatre.town.library
            try await checkPage()
            let path = "/api/v1/rooms/\(library.id)/messages?limit=\(Self.pageSize)"
            let newest = try await measure("the newest page") { _ in path }
            let anywhere = try await measure("pages at random places") { _ in
                path + "&before=\(Int.random(in: Self.pageSize + 1...Town.messages))"
            }
            return [newest, anywhere]
        }
    }

    /// Rates of pages that lack messages would say nothing.
    private func checkPage() async throws {
        let client = ChatClient(port: theatre.product.port, group: theatre.loop)
        let library = theatre.town.library
        let page = try await client.readHistory(of: library.id, by: library.members[0])
        await client.close()
        let count = String(buffer: page.body).split(separator: #""seq":"#).count - 1
        guard count == Self.pageSize else { throw ChatClient.Refused(what: "a page of history", response: page) }
    }

    private func measure(_ what: String, path: @escaping @Sendable (Int) -> String) async throws -> Figure {
        theatre.progress.say("history: \(Rush.clients) clients read \(what) for \(Self.seconds) s")
        let readers = theatre.town.library.members
        let rush = Rush(port: theatre.product.port, loop: theatre.loop, cgroup: theatre.cgroup)
        let outcome = try await rush.run(expecting: 200, seconds: Self.seconds) { client in
            let token = readers[client % readers.count].token
            return .request("GET", path(client), token: token)
        }
        theatre.remark(outcome, of: what)
        return Figure(
            "history, \(Rush.clients) clients, \(what): pages/s",
            outcome.perSecond,
            "",
            aim: .above(Self.wanted),
            details: outcome.details
        )
    }
}

extension Theatre {
    /// Says what a reader of the figure has to know.
    func remark(_ outcome: Rush.Outcome, of what: String) {
        if let failure = outcome.firstFailure {
            progress.remark("\(what): \(outcome.failures) calls failed, the first with: \(failure)")
        }
        if outcome.effort.isLoadFull {
            progress.remark("\(what): the generator was the limit, with \(outcome.effort.load.short) % of its core")
        }
    }
}

extension ByteBuffer {
    /// A complete request, as `RequestLane` sends it.
    static func request(_ method: String, _ path: String, token: String, json: String? = nil) -> ByteBuffer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
        if let json { head += "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n" }
        return ByteBuffer(string: head + "\r\n" + (json ?? ""))
    }
}
