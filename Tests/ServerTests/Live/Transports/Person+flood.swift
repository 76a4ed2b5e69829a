import TestSupport
import Testing

extension Person {
    /// Posts large messages until a person who does not read has been given up.
    ///
    /// - Returns: How many it took.
    func flood(_ room: JSON, heardBy quick: LiveClient, until slow: Person) async throws -> Int {
        let body = String(repeating: "x", count: 32_000)
        var sent = 0
        while try await get("users/\(slow.id)").json.status == "online" {
            _ = try await say(body, in: room)
            _ = try await quick.next("message.created")
            sent += 1
            // What the kernel keeps for a socket is a few megabytes; the outbox is what is measured here.
            try #require(sent < 600, "the slow reader is kept at any cost")
        }
        return sent
    }
}
