import Fixtures
import Foundation
import TestSupport
import Testing

@Suite("SIGHUP", .timeLimit(.standard))
struct ReloadTests {
    @Test("The key and the log level are reloaded while the server runs; other settings wait for the next start")
    func reload() async throws {
        try await withMemoryFolder { storage in
            let (_, ended) = try await withServerProcess(storage: storage) { server in
                let ada = try await server.site.register("ada")
                let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
                @Sendable func url() async throws -> String {
                    try await ada.get("attachments/\(picture.id.text)").json.variants.thumbnail.url.text
                }
                let before = try await url()
                try FileManager.default.moveItem(atPath: storage + "/secret", toPath: storage + "/secret.previous")
                let file = "log_level: debug\nmax_connections: 7\n"
                try file.write(toFile: storage + "/snug.yaml", atomically: true, encoding: .utf8)
                try server.hangUp()
                try await poll(waitingFor: "another address") { try await url() != before }
                for url in [before, try await url()] { _ = try await server.site.send(.GET, url).expect(200) }
                try await server.waitForError("settings=max_connections")
                _ = try await server.site.send(.GET, "/health/simple").expect(200)
                // At the previous level, requests are not logged.
                try await server.waitForError("route=/health/simple")
            }
            #expect(ended.status == .exited(0))
            #expect(ended.errors.contains("Settings and keys were reloaded"))
            #expect(ended.errors.contains("settings=max_connections"))
        }
    }

    @Test("Unreadable settings change nothing")
    func broken() async throws {
        try await withMemoryFolder { storage in
            let (_, ended) = try await withServerProcess(storage: storage) { server in
                try "prot: 1\n".write(toFile: storage + "/snug.yaml", atomically: true, encoding: .utf8)
                try server.hangUp()
                try await server.waitForError("nothing was changed")
                _ = try await server.site.send(.GET, "/health/simple").expect(200)
            }
            #expect(ended.status == .exited(0))
            #expect(ended.errors.contains("Did you mean port?"))
        }
    }

    @Test("A missing worker logs a warning at the start and makes health degraded")
    func missingWorker() async throws {
        try await withMemoryFolder { storage in
            let environment = ["SNUG_MEDIA_WORKER": "/nowhere/worker"]
            let (health, ended) = try await withServerProcess(storage: storage, environment: environment) { server in
                try await server.site.send(.GET, "/health").expect(200).json
            }
            #expect(health.status == "degraded")
            #expect(health.media_worker.status == "degraded")
            #expect(ended.errors.contains("The media worker is missing"))
        }
    }
}
