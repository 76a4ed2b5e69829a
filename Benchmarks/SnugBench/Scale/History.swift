import NIOCore
import SnugClient

/// Pages of 50 messages per second that the server returns from a room of 100,000.
struct History: Sendable {
    private static let pageSize = 50
    private static let seconds = 8
    private static let wanted = 10_000.0

    let fixture: ScaleFixture

    func run() async throws -> [Figure] {
        try await fixture.serving { _ in
            let room = fixture.dataset.historyRoom
            try await checkPage(of: room)
            let path = "/api/v1/rooms/\(room.id)/messages?limit=\(Self.pageSize)"
            let newest = try await measure("the newest page") { _ in path }
            let anywhere = try await measure("pages at random places") { _ in
                path + "&before=\(Int.random(in: Self.pageSize + 1...Dataset.messageCount))"
            }
            return [newest, anywhere]
        }
    }

    /// A rate of pages that lack messages would be meaningless.
    private func checkPage(of room: Room) async throws {
        let page = try await room.members[0].get("rooms/\(room.id)/messages?limit=\(Self.pageSize)").expect(200)
        let count = page.text.split(separator: #""seq":"#).count - 1
        guard count == Self.pageSize else { throw IncompletePage(messages: count) }
    }

    private struct IncompletePage: Error {
        let messages: Int
    }

    private func measure(_ what: String, path: @escaping @Sendable (Int) -> String) async throws -> Figure {
        fixture.progress.report("history: \(ClosedLoopLoad.clients) clients read \(what) for \(Self.seconds) s")
        let readers = fixture.dataset.historyRoom.members
        let load = ClosedLoopLoad(site: fixture.product.site, loop: fixture.loop, cgroup: fixture.cgroup)
        let outcome = try await load.run(expecting: 200, seconds: Self.seconds) { client in
            let token = readers[client % readers.count].token
            return .request("GET", path(client), token: token)
        }
        fixture.remark(outcome, of: what)
        return Figure(
            "history, \(ClosedLoopLoad.clients) clients, \(what): pages/s",
            outcome.perSecond,
            "",
            aim: .above(Self.wanted),
            details: outcome.details
        )
    }
}

extension ScaleFixture {
    /// Adds to the report what a reader of the figure has to know.
    func remark(_ outcome: ClosedLoopLoad.Outcome, of what: String) {
        if let failure = outcome.firstFailure {
            progress.remark("\(what): \(outcome.failures) calls failed, the first with: \(failure)")
        }
        if outcome.cpuTime.isLoadFull {
            progress.remark("\(what): the generator was the limit, with \(outcome.cpuTime.load.short) % of its core")
        }
    }
}

extension ByteBuffer {
    /// A complete request, as ``RequestLane`` sends it.
    static func request(_ method: String, _ path: String, token: String, json: String? = nil) -> ByteBuffer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
        if let json { head += "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n" }
        return ByteBuffer(string: head + "\r\n" + (json ?? ""))
    }
}
