import Foundation

@testable import Chat
@testable import ChatSQLite

/// A store in a folder of its own, with what a test needs to look behind it.
struct TestChat: Sendable {
    let store: Store
    let clock: TestClock
    let follower: RecordingFollower
    /// Of the database.
    let path: String
}

/// Runs `body` on a fresh chat and removes it afterwards.
func withChat(limits: ChatLimits = ChatLimits(), _ body: (TestChat) async throws -> Void) async throws {
    try await withFolder { folder in
        let clock = TestClock()
        let follower = RecordingFollower()
        let path = folder + "/snug.sqlite"
        // Nothing here pulls the plug, so the tests need not wait for the disk.
        let database = try OpenDatabase(path: path, role: .server, synchronous: .normal)
        let store = Store(database, limits: limits, now: { clock.now }, follower: follower)
        try await body(TestChat(store: store, clock: clock, follower: follower, path: path))
    }
}

/// Runs `body` with the path of an empty folder and removes the folder afterwards.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chat-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}
