import Fixtures
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("Two servers on one storage", .timeLimit(.standard))
struct TwoServersTests {
    @Test("I2, I7: a second server exits with 78 and names the first, which continues")
    func second() async throws {
        try await withMemoryFolder { folder in
            let (_, ended) = try await withServerProcess(storage: folder) { first in
                let ada = try await first.site.register("ada")
                // A worker that has been started must not keep the lock.
                _ = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
                for _ in 0..<2 {
                    let second = try await runServer([], environment: ["SNUG_STORAGE": folder, "SNUG_PORT": "0"])
                    #expect(second.status == .exited(EX_CONFIG))
                    #expect(second.errors.contains("in use by snug-server (process \(first.id))"))
                    #expect(second.output.isEmpty)
                }
                #expect(try await ada.get("users/me").status == 200)
            }
            #expect(ended.status == .exited(0))
        }
    }

    @Test("A program can find out whether a server is running")
    func served() async throws {
        try await withMemoryFolder { folder in
            let file = DatabaseFile(path: folder + "/snug.sqlite", lockPath: folder + "/server.lock")
            #expect(!file.isServed)
            _ = try await withServerProcess(storage: folder) { _ in #expect(file.isServed) }
            #expect(!file.isServed)
        }
    }

    @Test("I2: after kill -9 the next server starts at once, and clients resume")
    func killed() async throws {
        try await withMemoryFolder { folder in
            let (before, _) = try await withServerProcess(storage: folder) { first in
                let ada = try await first.site.register("ada")
                _ = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
                let room = try await ada.makeRoom()
                let cursor = try await ada.poll().cursor.text
                _ = try await ada.say("Missed", in: room)
                try first.kill()
                return (ada: ada, cursor: cursor)
            }
            _ = try await withServerProcess(storage: folder) { next in
                let missed = try await before.ada.at(next.site).poll(after: before.cursor)
                #expect(missed.resumed == true)
                #expect(missed.events.elements.map(\.type) == ["message.created"])
            }
        }
    }
}
