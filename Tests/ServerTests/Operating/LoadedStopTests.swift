import Foundation
import GRDB
import SnugClient
import TestSupport
import Testing

// Longer than other tests may take, because the number of stops can be set.
@Suite("Stopping under load", .timeLimit(.minutes(60)))
struct LoadedStopTests {
    /// Set `SNUG_STOPS=100` for a longer run.
    private static var stops: Int { ProcessInfo.processInfo.environment["SNUG_STOPS"].flatMap(Int.init) ?? 12 }
    private static let writers = 4
    private static let messages = 40

    @Test("I1: after each stop under load, the database file alone has every acknowledged message")
    func stops() async throws {
        try await withMemoryFolder { folder in
            var ada: Person?
            for _ in 0..<Self.stops {
                let (run, ended) = try await withServerProcess(storage: folder + "/storage") { process in
                    let ada = if let ada { ada.at(process.site) } else { try await process.site.register("ada") }
                    return (ada: ada, acknowledged: try await load(process, ada))
                }
                ada = run.ada
                #expect(ended.status == .exited(0))
                #expect(!run.acknowledged.isEmpty)
                try check(folder, run.acknowledged)
            }
        }
    }

    /// Writes and reads at full speed, stops the server meanwhile, and returns the ids that it acknowledged.
    private func load(_ process: ServerProcess, _ ada: Person) async throws -> [String] {
        let room = try await ada.makeRoom()
        var sockets: [LiveClient] = []
        for _ in 0..<Self.writers { sockets.append(try await ada.listen()) }
        let (halves, half) = AsyncStream.makeStream(of: Void.self)
        return try await withThrowingTaskGroup(of: [String].self) { group in
            for socket in sockets {
                group.addTask { await write(to: socket, in: room) { half.yield() } }
            }
            group.addTask {
                while try await ada.read(room) {}
                return []
            }
            _ = await halves.first { true }
            try process.terminate()
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Sends more than can be answered at once, and returns the acknowledged ids when the connection has ended.
    private func write(to socket: LiveClient, in room: JSON, onHalf: @Sendable () -> Void) async -> [String] {
        for number in 0..<Self.messages {
            // Fails once the server has closed the connection.
            try? await socket.say(["type": "send", "room_id": room.id, "body": .string("\(number)")])
        }
        var acknowledged: [String] = []
        while let message = try? await socket.first("ack").message {
            acknowledged.append(message.id.text)
            if acknowledged.count == Self.messages / 2 { onHalf() }
            if acknowledged.count == Self.messages { break }
        }
        return acknowledged
    }

    private func check(_ folder: String, _ acknowledged: [String]) throws {
        let (file, copy) = (folder + "/storage/snug.sqlite", folder + "/copy.sqlite")
        let log = try? Data(contentsOf: URL(fileURLWithPath: file + "-wal"))
        #expect(log == nil || log == Data())
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: file, toPath: copy)
        let database = try DatabaseQueue(path: copy)
        defer { try? database.close() }
        let (stored, verdict) = try database.read { db in
            (
                try Set(UUID.fetchAll(db, sql: "SELECT id FROM messages").map { $0.uuidString.lowercased() }),
                try String.fetchAll(db, sql: "PRAGMA integrity_check")
            )
        }
        #expect(verdict == ["ok"])
        #expect(stored.isSuperset(of: acknowledged))
    }
}

extension Person {
    /// Fetches a page of the room's history; false once the server is gone.
    fileprivate func read(_ room: JSON) async throws -> Bool {
        guard let answer = try? await get("rooms/\(room.id.text)/messages?limit=50") else { return false }
        return answer.status == 200
    }
}
