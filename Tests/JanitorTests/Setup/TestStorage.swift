import Foundation
import SnugSettings

@testable import Chat
@testable import ChatSQLite
@testable import Janitor
@testable import Media

/// A storage folder as a server leaves it, with one person and one room.
struct TestStorage: Sendable {
    let folder: String
    let clock: RowClock
    let store: Store
    let mediaFolder: MediaFolder
    let owner: User.ID
    let room: Room.ID

    var media: String { mediaFolder.path }
    var archive: DiskArchive { DiskArchive(mediaFolder) }

    func path(of key: ArchiveKey) -> String { mediaFolder.path(of: key) }

    func sweep(_ grace: GracePeriods = GracePeriods(), isDryRun: Bool = false, batch: Int = 200) -> Sweep {
        var sweep = Sweep(
            store: store,
            archive: archive,
            spool: Spool(in: mediaFolder),
            grace: grace,
            isDryRun: isDryRun
        )
        sweep.ledger = Ledger(storage: folder)
        sweep.batch = batch
        sweep.pause = .zero
        return sweep
    }
}

/// In memory where the system has a folder for that: some disks take a second to make and remove a store's 512 folders.
private var temporaryFolder: URL {
    let memory = "/dev/shm"
    guard FileManager.default.isWritableFile(atPath: memory) else { return FileManager.default.temporaryDirectory }
    return URL(fileURLWithPath: memory, isDirectory: true)
}

func withStorage(_ body: (TestStorage) async throws -> Void) async throws {
    let folder = temporaryFolder.appendingPathComponent("janitor-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o750]
    )
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clock = RowClock()
    let store = try Store(path: folder + "/snug.sqlite", synchronous: .normal, now: { clock.read() })
    let owner = try await store.people.create(username: "ada", displayName: "Ada", passwordHash: "hash").id
    let room = try await store.rooms.create(kind: .private, name: "Room", topic: nil, owner: owner).room.id
    let mediaFolder = try MediaFolder(folder + "/media")
    try mediaFolder.mark(epoch: store.epoch)
    try await body(
        TestStorage(
            folder: folder,
            clock: clock,
            store: store,
            mediaFolder: mediaFolder,
            owner: owner,
            room: room
        )
    )
}
