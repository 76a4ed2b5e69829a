import Fixtures
import Foundation
import Glibc
import Pictures
import SnugClient
import TestSupport
import Testing

/// A disk that is full, or fails, at each single call of an upload, a rendering and a message.
@Suite("Disk errors", .timeLimit(.standard))
struct DiskFaultTests {
    /// The most calls that an upload, its row and its message make; in some rounds all of them precede the failure.
    private static let calls = 1...60

    @Test("I1, I4, I5: whatever call fails, an upload exists completely or not at all", arguments: [ENOSPC, EIO])
    func uploads(error: Int32) async throws {
        try await withFaultyServer { server, faults in
            let ada = try await server.site.register("ada")
            let room = try await ada.makeRoom()
            var (kept, hits) = (Set<String>(), 0)
            for call in Self.calls {
                try faults.fail(from: call, with: error, lasting: error == ENOSPC)
                let upload = try await ada.send(.POST, "attachments", body: .bytes(try Fixture.bytes("textured.jpg")))
                hits += try faults.end()
                if upload.status == 201 {
                    kept.insert(upload.json.id.text)
                } else {
                    #expect(isRefusal(upload), "call \(call): \(upload.status)")
                }
            }
            #expect(hits > 5)
            #expect(!kept.isEmpty)
            for id in kept { #expect(try await ada.settled(id).status == "ready") }
            _ = try await ada.say(
                "still here",
                in: room,
                with: [try await ada.get("attachments/\(kept.first ?? "")").json]
            )
            try expectFiles(of: kept, in: server.storage)
        }
    }

    @Test("I4: a picture whose variants cannot be written is rendered once they can", arguments: [1, 2, 4, 6, 8])
    func rendering(call: Int) async throws {
        try await withFaultyServer { server, faults in
            let ada = try await server.site.register("ada")
            // Rendered first, so that a worker is running and nothing else is written when the disk fills up.
            _ = try await ada.settled(ada.upload(try Fixture.bytes("plain.png")))
            let worker = try #require(children(of: server.id).first)
            kill(worker, SIGSTOP)
            let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
            try faults.fail(from: call, with: ENOSPC, lasting: true)
            kill(worker, SIGCONT)
            try await faults.waitForFailure()
            let waiting = try await ada.get("attachments/\(picture.id.text)", headers: ["prefer": "wait=1"]).json
            #expect(waiting.status == "processing")
            try faults.end()
            #expect(try await ada.settled(picture).status == "ready")
        }
    }

    @Test("I1: a message on a full disk is refused, and the server recovers afterwards", arguments: [ENOSPC, EIO])
    func messages(error: Int32) async throws {
        try await withFaultyServer { server, faults in
            let ada = try await server.site.register("ada")
            let room = try await ada.makeRoom()
            var said: [String] = []
            for call in 1...8 {
                try faults.fail(from: call, with: error, lasting: error == ENOSPC)
                let answer = try await ada.post("rooms/\(room.id.text)/messages", ["body": .string("\(call)")])
                try faults.end()
                if answer.status == 201 {
                    said.append("\(call)")
                } else {
                    #expect(isRefusal(answer), "\(answer.status)")
                }
            }
            said.append(try await ada.say("last", in: room).body.text)
            let history = try await ada.get("rooms/\(room.id.text)/messages").expect(200).json
            #expect(history.messages.elements.map(\.body.text) == said)
        }
    }

    private func withFaultyServer(
        _ body: @Sendable (ServerProcess, DiskFaults) async throws -> Void
    ) async throws {
        try await withMemoryFolder { folder in
            let faults = try DiskFaults(in: folder)
            _ = try await withServerProcess(storage: "\(folder)/storage", environment: faults.environment) { server in
                try await body(server, faults)
            }
        }
    }

    private func isRefusal(_ answer: Answer) -> Bool {
        answer.isProblem(507, "storage_full") || answer.isProblem(503, "overloaded")
    }

    /// Expects the originals of acknowledged uploads, no other ones, and no incomplete files.
    private func expectFiles(of kept: Set<String>, in storage: String) throws {
        let originals = try files(below: "\(storage)/media/originals").map {
            $0.split(separator: "/").last.map(String.init)
        }
        #expect(Set(originals) == Set(kept.map(Optional.some)))
        #expect(try files(below: "\(storage)/media/incoming").isEmpty)
        let variants = try files(below: "\(storage)/media/variants").compactMap { path in
            path.split(separator: "/").last.flatMap(VariantFile.init(name:))?.blob.description
        }
        #expect(Set(variants) == kept)
    }

    private func children(of process: Int32) throws -> [Int32] {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return try threads.flatMap { thread in
            try String(contentsOfFile: "/proc/\(process)/task/\(thread)/children", encoding: .utf8)
                .split(separator: " ").compactMap { Int32($0) }
        }
    }
}
