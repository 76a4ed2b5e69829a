import Foundation
import Glibc
import SnugClient
import TestSupport
import Testing

/// A server whose storage is a real, small file system that a test fills.
@Suite("A disk that fills up", .timeLimit(.standard), .enabled(if: geteuid() == 0, "needs root"))
struct SmallDiskTests {
    private static let diskSize = 128 << 20

    @Test("I8: Below each threshold less is possible, over HTTP and live; with space, everything is again")
    func levels() async throws {
        let (_, ended) = try await withSmallDisk { server, filler in
            let ada = try await server.site.register("ada")
            let room = try await ada.makeRoom()
            let messages = [try await ada.say("One", in: room), try await ada.say("Two", in: room)]
            let file = try await ada.upload([1, 2, 3])
            let socket = try await ada.listen()
            #expect(try await health(of: server, level: "ok").status == "ok")

            try filler.fill(leaving: percent(8))
            #expect(try await health(of: server, level: "low").status == "degraded")
            _ = try await ada.upload([4, 5, 6])
            _ = try await ada.say("Three", in: room)

            try filler.fill(leaving: percent(4))
            #expect(try await health(of: server, level: "uploads_refused").status == "degraded")
            try await expectRefusal(ada.postAttachment([7], named: "a"))
            _ = try await ada.say("Four", in: room)

            try filler.fill(leaving: percent(1))
            _ = try await health(of: server, level: "writes_refused")
            try await expectOnlyReadsAndDeletions(ada, in: room, messages, file, socket)

            try filler.remove()
            _ = try await health(of: server, level: "ok")
            _ = try await ada.say("Five", in: room)
            _ = try await ada.upload([8])
        }
        #expect(ended.status == .exited(0))
        for line in ["Little space is left", "Uploads are refused", "Only reads, deletions", "enough free space again"]
        {
            #expect(ended.errors.split(separator: "\n").count { $0.contains(line) } == 1, "\(line)")
        }
        #expect(!ended.errors.contains("The reserve"))
        // What was refused is no failure of the database.
        #expect(!ended.errors.contains("The database could not be written"))
    }

    @Test("I1: On a full disk, deletions use the reserve, and nothing else does")
    func fullDisk() async throws {
        let off = ["SNUG_DISK_WARNING": "off", "SNUG_DISK_UPLOADS": "off", "SNUG_DISK_WRITES": "off"]
        let (_, ended) = try await withSmallDisk(environment: off) { server, filler in
            let ada = try await server.site.register("ada")
            let room = try await ada.makeRoom()
            var messages: [JSON] = []
            for number in 0..<300 { messages.append(try await ada.say("\(number)", in: room)) }
            #expect(try reserve(of: server) == 16 << 20)

            try filler.fill(leaving: 0)
            // Frames of the log that are already on the disk are written again, so the first ones may find room.
            var refused = try await ada.postMessage("more", in: room.id.text)
            while refused.status == 201 { refused = try await ada.postMessage("more", in: room.id.text) }
            try expectRefusal(refused)
            #expect(try reserve(of: server) == 16 << 20)

            for message in messages { _ = try await ada.delete(ada.path(of: message)).expect(204) }
            _ = try await server.site.signIn("ada").expect(201)
            #expect(try reserve(of: server) == nil)
            try await server.waitForError("the reserve was released")
            try await expectRefusal(ada.postMessage("more", in: room.id.text))
            let full = try await health(of: server, level: "writes_refused")
            #expect(full.storage.has_reserve == false)
            #expect(full.storage.free_bytes.number > 8 << 20)

            try filler.remove()
            #expect(try await health(of: server, level: "ok").storage.has_reserve == true)
            #expect(try reserve(of: server) == 16 << 20)
            let last = try await ada.say("last", in: room)
            let history = try await ada.get("rooms/\(room.id.text)/messages?limit=1").expect(200).json
            #expect(history.messages.elements == [last])
        }
        #expect(ended.status == .exited(0))
        #expect(ended.errors.split(separator: "\n").count { $0.contains("the reserve was released") } == 1)
    }

    @Test("A disk without room for the reserve is reported at the start")
    func noRoom() async throws {
        let (_, ended) = try await withMemoryFolder { storage in
            try await withServerProcess(storage: storage, disk: 48 << 20) { server in
                _ = try await server.site.register("ada")
                #expect(try reserve(of: server) == nil)
            }
        }
        #expect(ended.errors.contains("There is no room for the reserve"))
    }

    private func withSmallDisk(
        environment: [String: String] = [:],
        _ body: (ServerProcess, Filler) async throws -> Void
    ) async throws -> (result: Void, ended: Ended) {
        try await withMemoryFolder { storage in
            try await withServerProcess(storage: storage, environment: environment, disk: Self.diskSize) { server in
                try await body(server, Filler(folder: server.ownStorage))
            }
        }
    }

    private func expectOnlyReadsAndDeletions(
        _ ada: Person,
        in room: JSON,
        _ messages: [JSON],
        _ file: JSON,
        _ socket: LiveClient
    ) async throws {
        let path = "rooms/\(room.id.text)"
        try await expectRefusal(ada.postMessage("no", in: room.id.text))
        try await expectRefusal(ada.patch(ada.path(of: messages[0]), ["body": "no"]))
        try await expectRefusal(ada.patch("users/me", ["display_name": "no"]))
        try await expectRefusal(ada.post("rooms", ["kind": "private", "name": "no"]))
        try await expectRefusal(ada.post("\(path)/read", ["seq": 1]))
        try await expectRefusal(ada.postAttachment([7], named: "a"))
        try await socket.say(["type": "send", "ref": "x", "room_id": room.id, "body": "no"])
        let error = try await socket.first("error")
        #expect(error.ref == "x" && error.problem.code == "storage_full" && error.problem.status == 507, "\(error)")

        _ = try await ada.get("\(path)/messages").expect(200)
        _ = try await ada.get("attachments/\(file.id.text)/original").expect(200)
        let again = Person(site: ada.site, signedIn: try await ada.site.signIn("ada").expect(201).json)
        _ = try await again.delete(ada.path(of: messages[0])).expect(204)
        _ = try await again.delete("attachments/\(file.id.text)").expect(204)
        _ = try await again.delete("sessions/current").expect(204)
    }

    private func expectRefusal(_ answer: Answer) throws {
        #expect(answer.isProblem(507, "storage_full"), "\(answer.request): \(answer.status) \(answer.text)")
    }

    private func percent(_ share: Int) -> Int { Self.diskSize / 100 * share }

    /// Asks for the health of the server until its disk has this level.
    private func health(of server: ServerProcess, level: JSON) async throws -> JSON {
        try await poll(waitingFor: "\(level)") {
            try await server.site.send(.GET, "/health").expect(200).json.storage.level == level
        }
        return try await server.site.send(.GET, "/health").expect(200).json
    }

    /// The size of the file that occupies the reserve, by its blocks; nil without one.
    private func reserve(of server: ServerProcess) throws -> Int? {
        var facts = stat()
        guard stat(server.ownStorage + "/reserve", &facts) == 0 else { return nil }
        return Int(facts.st_blocks) * 512
    }
}

/// A file that takes up the free space of a disk.
private struct Filler: Sendable {
    let folder: String

    private var path: String { folder + "/filler" }

    /// Writes until this much is free.
    func fill(leaving byteCount: Int) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while try free() > byteCount {
            guard write(descriptor, page, page.count) == page.count else { break }
        }
        try #require(try free() <= byteCount + page.count)
    }

    func remove() throws {
        try FileManager.default.removeItem(atPath: path)
    }

    private func free() throws -> Int {
        var facts = statvfs()
        try #require(statvfs(folder, &facts) == 0)
        return Int(facts.f_bavail) * Int(facts.f_frsize)
    }
}
