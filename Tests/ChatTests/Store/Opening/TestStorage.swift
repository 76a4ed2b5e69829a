import Foundation

@testable import Chat
@testable import ChatSQLite

/// A storage folder, with what operators do to it.
struct TestStorage {
    let folder: String

    var path: String { "\(folder)/snug.sqlite" }
    var lockPath: String { "\(folder)/server.lock" }

    init(_ folder: String) throws {
        self.folder = folder
        try Data().write(to: URL(fileURLWithPath: lockPath))
    }

    func open(as role: Store.Role = .server) throws -> Store {
        try Store(path: path, role: role, lockPath: lockPath, synchronous: .normal)
    }

    /// Opens the store, and makes a room with some messages.
    @discardableResult
    func run(messages: Int = 3) async throws -> Store {
        let store = try open()
        let name = "p\(try store.positionOfLog())"
        let owner = try await store.people.create(username: name, displayName: name, passwordHash: "hash").id
        let room = try await store.rooms.create(kind: .private, name: "Room", topic: nil, owner: owner).room.id
        for number in 0..<messages { _ = try await store.messages.post(Draft(body: "\(number)"), in: room, by: owner) }
        return store
    }

    /// Leaves the folder as a server does that was killed: with the log.
    func kill(_ store: Store) async throws {
        let left = try contents().filter { $0.key == "snug.sqlite" || $0.key.hasSuffix("-wal") }
        try await store.close()
        try copyOver(left)
    }

    /// The bytes of every file in the folder.
    func contents() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) }
        )
    }

    /// Writes files over those that are there, as `cp` does.
    func copyOver(_ contents: [String: Data]) throws {
        for (name, bytes) in contents {
            let file = "\(folder)/\(name)"
            if !FileManager.default.fileExists(atPath: file) { try Data().write(to: URL(fileURLWithPath: file)) }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: bytes)
            try handle.close()
        }
    }

    func remove(_ names: String...) throws {
        for name in names where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}

func withTestStorage(_ body: (TestStorage) async throws -> Void) async throws {
    try await withFolder { try await body(try TestStorage($0)) }
}
