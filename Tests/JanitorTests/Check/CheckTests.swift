import TestSupport
import Testing

@testable import Chat
@testable import Janitor

@Suite("Checking an undamaged storage", .timeLimit(.standard))
struct UndamagedTests {
    @Test("I5: Nothing is found in a storage that is in use, however small the pages are", arguments: [1, 3, 200])
    func clean(batch: Int) async throws {
        try await withStorage { storage in
            for _ in 0..<4 { _ = try await storage.picture() }
            _ = try await storage.upload()
            _ = try await storage.unfinished(age: .minutes(1))
            let (message, _) = try await storage.picture()
            try await storage.store.messages.delete(message, in: storage.room, by: storage.owner)
            try await storage.deletedRoom(messages: 3)
            let avatar = try await storage.upload()
            var changes = UserChanges()
            changes.avatar = .attachment(avatar)
            _ = try await storage.store.people.update(storage.owner, changes)
            let report = try await storage.fsck(batch: batch).run()
            #expect(report.status == .clean, "\(report)")
            #expect(report.skipped.isEmpty)
        }
    }

    @Test("Nothing is found behind a sweep that removed rooms, files and events")
    func swept() async throws {
        try await withStorage { storage in
            _ = try await storage.deleted()
            try await storage.deletedRoom(messages: 3)
            storage.clock.age = .days(9)
            for number in 0..<3 {
                _ = try await storage.store.messages.post(Draft(body: "\(number)"), in: storage.room, by: storage.owner)
            }
            storage.clock.age = .zero
            _ = try await storage.picture()
            _ = try await storage.sweep().run()
            let report = try await storage.fsck().run()
            #expect(report.status == .clean, "\(report)")
        }
    }

    @Test("Each check has a name of its own")
    func names() {
        #expect(Set(Check.all.map(\.name)).count == Check.all.count)
    }
}

/// What a test of one check does: damage, then what a check, a repair and another check find.
struct Damage {
    let check: Check
    let subject: String

    /// A check that changes nothing, then a repair that repairs all of it, then a check that finds nothing.
    func isRepaired(in storage: TestStorage, found: Int = 1) async throws {
        for _ in 0..<2 { try await isFound(in: storage, found: found) }
        let repair = try await storage.fsck(repairs: true).run()
        #expect(repair[check].found == found && repair[check].repaired == found, "\(repair)")
        let second = try await storage.fsck().run()
        #expect(second[check] == CheckResult(), "\(second)")
        #expect(second.status == .clean, "\(second)")
    }

    /// A repair that leaves all of it as it was.
    func isOnlyReported(in storage: TestStorage, found: Int = 1) async throws {
        try await isFound(in: storage, found: found)
        let repair = try await storage.fsck(repairs: true).run()
        #expect(repair[check].found == found && repair[check].repaired == 0, "\(repair)")
        #expect(repair.status == .damaged)
        try await isFound(in: storage, found: found)
    }

    private func isFound(in storage: TestStorage, found: Int) async throws {
        let report = try await storage.fsck().run()
        #expect(report[check].found == found, "\(report)")
        #expect(report[check].examples.contains { $0.subject == subject }, "\(report)")
        #expect(report.status == .damaged)
    }
}
