import SnugClient
import TestSupport
import Testing

@Suite("Pages of history", .timeLimit(.standard))
struct PageTests {
    /// Ten messages, named by their numbers from 0 on.
    private func withTen(_ body: @Sendable (History) async throws -> Void) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            var first: Int?
            for number in 0..<10 {
                let message = try await ada.say("\(number)", in: room)
                first = first ?? message.seq.number
            }
            try await body(History(reader: ada, room: room, first: first ?? 0))
        }
    }

    private struct History {
        let reader: Person
        let room: JSON
        /// The seq of message 0.
        let first: Int

        /// The contents of a page: its bodies in order, and whether there is more on each side.
        func expect(_ query: String, _ expected: Page, at place: SourceLocation = #_sourceLocation) async throws {
            let page = try await reader.get("rooms/\(room.id.text)/messages?\(query)").expect(200).json
            let found = Page(
                bodies: page.messages.elements.map(\.body.text).joined(),
                before: page.has_more_before,
                after: page.has_more_after
            )
            #expect(found == expected, sourceLocation: place)
        }
    }

    private struct Page: Equatable {
        let bodies: String
        let before: JSON
        let after: JSON

        init(bodies: String, before: JSON, after: JSON) {
            self.bodies = bodies
            self.before = before
            self.after = after
        }

        init(_ bodies: String, before: Bool, after: Bool) {
            self.init(bodies: bodies, before: .bool(before), after: .bool(after))
        }
    }

    @Test("limit, before, after and around select the messages of a page")
    func query() async throws {
        try await withTen { history in
            let seq = history.first + 5
            try await history.expect("", Page("0123456789", before: false, after: false))
            try await history.expect("limit=3", Page("789", before: true, after: false))
            try await history.expect("before=\(seq)&limit=3", Page("234", before: true, after: true))
            try await history.expect("after=\(seq)&limit=3", Page("678", before: true, after: true))
            try await history.expect("around=\(seq)&limit=4", Page("3456", before: true, after: true))
            try await history.expect("around=\(seq)&limit=100", Page("0123456789", before: false, after: false))
        }
    }

    @Test("An empty room has an empty page")
    func emptyRoom() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let page = try await ada.get("rooms/\(room.id.text)/messages").expect(200).json
            #expect(page == ["messages": [], "has_more_before": false, "has_more_after": false])
        }
    }

    @Test(
        "I8: an invalid anchor or limit is named",
        arguments: [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=ten", "limit"), ("before=-1", "before"),
            ("after=9223372036854775808", "after"), ("around=x", "around"), ("before=1&after=1", "before"),
        ]
    )
    func badQuery(query: String, field: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let answer = try await ada.get("rooms/\(room.id.text)/messages?\(query)")
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == .string(field))
        }
    }
}
