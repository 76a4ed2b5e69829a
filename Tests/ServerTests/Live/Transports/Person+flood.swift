import SnugClient
import TestSupport
import Testing

extension Person {
    /// Posts large messages until the server has closed the connection of a person who does not read.
    ///
    /// - Returns: The number of messages that it took.
    func flood(_ room: JSON, readBy quick: LiveClient, until slow: Person) async throws -> Int {
        let body = String(repeating: "x", count: 32_000)
        var sent = 0
        while try await get("users/\(slow.id)").json.status == "online" {
            _ = try await say(body, in: room)
            _ = try await quick.next("message.created")
            sent += 1
            // The kernel buffers a few megabytes for a socket; it is the backlog that is measured here.
            try #require(sent < 600, "the slow reader is kept at any cost")
        }
        return sent
    }
}
