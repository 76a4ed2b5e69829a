import Testing
import Vocabulary

@testable import Chat

extension Store {
    /// Moves messages of all rooms as the janitor does.
    ///
    /// - Returns: The number of messages that left `messages`.
    @discardableResult
    func archive(before cutoff: Timestamp, batch: Int = 200) async throws -> Int {
        var (count, room) = (0, Room.ID?.none)
        while let next = try await messages.roomToArchive(after: room, before: cutoff) {
            var last: Int64 = 0
            while let plan = try await messages.planArchiving(of: next, after: last, before: cutoff, limit: batch) {
                let generation = try #require(try await messages.copyToArchive(plan))
                count += try await messages.removeArchived(plan, generation: generation)
                last = plan.upTo
            }
            room = next
        }
        return count
    }
}

/// What a client sees of a page.
struct PageFacts: Equatable {
    let messages: [Message]
    let hasMoreBefore: Bool
    let hasMoreAfter: Bool

    init(_ page: Page) {
        (messages, hasMoreBefore, hasMoreAfter) = (page.messages, page.hasMoreBefore, page.hasMoreAfter)
    }
}

extension TestChat {
    /// Archives everything that is not kept.
    @discardableResult
    func archive(batch: Int = 200) async throws -> Int {
        try await store.archive(before: clock.now + .milliseconds(1), batch: batch)
    }

    /// Messages without anything that slows posting.
    @discardableResult
    func say(_ count: Int, in room: Room.ID, by user: User.ID) async throws -> [Message] {
        var said: [Message] = []
        for number in 0..<count { said.append(try await say("\(number)", in: room, by: user)) }
        return said
    }

    /// The pages at these places, as the viewer sees them.
    func pages(
        _ places: [(anchor: PageAnchor, limit: Int)],
        of room: Room.ID,
        for viewer: User.ID
    ) async throws -> [PageFacts] {
        var pages: [PageFacts] = []
        for place in places {
            let page = try await store.messages.page(of: room, at: place.anchor, limit: place.limit, for: viewer)
            pages.append(PageFacts(page))
        }
        return pages
    }

    /// Numbers of the messages that are in `messages`, and of those in the archive.
    var stored: (recent: [Int64], archived: [Int64]) {
        get async throws {
            (
                try await numbers("SELECT seq FROM messages ORDER BY seq"),
                try await numbers("SELECT seq FROM archived_messages ORDER BY seq")
            )
        }
    }
}
