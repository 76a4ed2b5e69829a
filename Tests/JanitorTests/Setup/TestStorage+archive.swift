import SnugSettings
import Testing

@testable import Chat
@testable import Janitor

extension TestStorage {
    /// A sweep that archives messages of 30 days.
    func archivingSweep(isDryRun: Bool = false, batch: Int = 200) -> Sweep {
        var sweep = sweep(isDryRun: isDryRun, batch: batch)
        sweep.archiveAfter = Period(seconds: 30 * 86_400)
        return sweep
    }

    /// Posts texts of an age.
    @discardableResult
    func say(_ count: Int, age: Duration) async throws -> [Message] {
        clock.age = age
        defer { clock.age = .zero }
        var said: [Message] = []
        for number in 0..<count {
            said.append(try await store.messages.post(Draft(body: "\(number)"), in: room, by: owner).message)
        }
        return said
    }

    /// A picture, ten texts and 100 later texts, of which the picture and all but one of the ten are archived.
    func archivedPicture() async throws -> (picture: Message.ID, file: Attachment.ID, texts: [Message]) {
        clock.age = .days(40)
        let (picture, file) = try await picture()
        clock.age = .zero
        let texts = try await say(10, age: .days(40))
        try await say(100, age: .zero)
        #expect(try await archivingSweep().run()[.oldMessages].rows == 10)
        return (picture, file, texts)
    }

    /// The whole history of the room.
    func history(in store: Store? = nil) async throws -> [Message] {
        var (messages, hasMore): ([Message], Bool) = ([], true)
        while hasMore {
            let anchor = PageAnchor.after(messages.last?.seq ?? 0)
            let page = try await (store ?? self.store).messages.page(of: room, at: anchor, limit: 100, for: owner)
            messages += page.messages
            hasMore = page.hasMoreAfter
        }
        return messages
    }

    func count(_ table: String) async throws -> Int {
        try await store.read { try $0.value(Int.self, "SELECT count(*) FROM \(table)") ?? 0 }
    }
}
