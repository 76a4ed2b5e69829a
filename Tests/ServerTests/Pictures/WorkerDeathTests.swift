import Fixtures
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Server

@Suite("Crashes of the media worker", .timeLimit(.standard))
struct WorkerDeathTests {
    @Test("A picture whose worker is killed midway is rendered by the next one")
    func killedOnce() async throws {
        try await withMemoryFolder { folder in
            let worker = try FakeWorker.dying(times: 1, in: folder)
            try await withServer({ $0.mediaWorker = worker }) { server in
                let ada = try await server.register("ada")
                let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
                #expect(picture.status == "ready")
                #expect(try String(contentsOfFile: folder + "/died", encoding: .utf8) == "died\n")
            }
        }
    }

    @Test(
        "I8: a picture that crashed two workers is quarantined with its copies; the next one is rendered"
    )
    func quarantine() async throws {
        try await withMemoryFolder { folder in
            let worker = try FakeWorker.dying(times: 2, in: folder)
            try await withServer({ $0.mediaWorker = worker }) { server in
                let ada = try await server.register("ada")
                let killer = try Fixture.bytes("textured.jpg")
                let picture = try await ada.settled(ada.upload(killer))
                #expect(picture.status == "failed")
                #expect(picture.failure.code == "quarantined")
                #expect(picture.failure.retry_at == nil)
                let copy = try await ada.upload(killer)
                #expect(copy.failure == picture.failure)
                for id in [picture.id.text, copy.id.text] {
                    #expect(try await ada.post("attachments/\(id)/retry").isProblem(409, "conflict"))
                }
                #expect(try String(contentsOfFile: folder + "/died", encoding: .utf8) == "died\ndied\n")
                #expect(try await ada.settled(ada.upload(try Fixture.bytes("plain.png"))).status == "ready")
            }
        }
    }

    @Test("A hanging worker is killed at its deadline; the picture has the time of its retry, and chat goes on")
    func hanging() async throws {
        try await withMemoryFolder { folder in
            let worker = try FakeWorker.hanging(in: folder)
            try await withServer(
                { $0.mediaWorker = worker },
                internalLimits: { $0.worker.deadline = .milliseconds(300) }
            ) {
                server in
                let ada = try await server.register("ada")
                let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
                _ = try await ada.say("Still here", in: try await ada.makeRoom())
                let settled = try await ada.settled(picture)
                #expect(settled.status == "failed")
                #expect(settled.failure.code == "timed_out")
                #expect(settled.failure.retry_at.text.hasSuffix("Z"))
                let health = try await server.site.send(.GET, "/health").expect(200).json
                #expect(health.media_worker.queue == 0)
                #expect(health.media_worker.retries == 1)
            }
        }
    }

    @Test("I8: a picture that hangs twice is not tried a third time, and never appears as processing again")
    func hangingTwice() async throws {
        try await withMemoryFolder { folder in
            let worker = try FakeWorker.hanging(in: folder)
            try await withServer(
                { $0.mediaWorker = worker },
                internalLimits: { $0.hurry(deadline: .milliseconds(300)) }
            ) {
                server in
                let ada = try await server.register("ada")
                let socket = try await ada.listen()
                let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
                _ = try await ada.say("", in: try await ada.makeRoom(), with: [picture])
                let first = try await socket.first("attachment.failed").attachment
                #expect(first.failure.code == "timed_out")
                #expect(try await ada.get("attachments/\(picture.id.text)").json.status == "failed")
                let last = try await socket.next("attachment.failed").attachment
                #expect(last.failure.code == "quarantined")
                #expect(last.failure.retry_at == nil)
            }
        }
    }

    @Test("A picture whose retry succeeds is ready, and its room receives the event")
    func hangingOnce() async throws {
        try await withMemoryFolder { folder in
            let worker = try FakeWorker.hanging(times: 1, in: folder)
            try await withServer({ $0.mediaWorker = worker }, internalLimits: { $0.hurry(deadline: .seconds(15)) }) {
                server in
                let ada = try await server.register("ada")
                let socket = try await ada.listen()
                let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
                let room = try await ada.makeRoom()
                _ = try await ada.say("", in: room, with: [picture])
                #expect(try await socket.first("attachment.failed").attachment.failure.retry_at.text.hasSuffix("Z"))
                let ready = try await socket.next("attachment.ready").attachment
                #expect(ready.status == "ready")
                #expect(ready.failure == nil)
                let page = try await ada.get("rooms/\(room.id.text)/messages").json
                #expect(page.messages[0].attachments[0] == ready)
                #expect(try await server.site.send(.GET, ready.variants.thumbnail.url.text).status == 200)
            }
        }
    }

    @Test("Without a worker pictures wait, health reports it, and chat goes on")
    func missing() async throws {
        try await withServer({ $0.mediaWorker = "/nonexistent" }) { server in
            let ada = try await server.register("ada")
            let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
            let message = try await ada.say("", in: try await ada.makeRoom(), with: [picture])
            #expect(message.attachments[0].status == "processing")
            var health = try await server.site.send(.GET, "/health").expect(200).json
            while health.status == "ok" { health = try await server.site.send(.GET, "/health").json }
            #expect(health.media_worker.status == "degraded")
            #expect(health.media_worker.queue == 1)
        }
    }

    @Test("I1: a picture that was waiting when the server was killed is rendered after the restart")
    func serverKilled() async throws {
        try await withMemoryFolder { folder in
            let storage = folder + "/storage"
            let worker = try FakeWorker.hanging(in: folder)
            let (saved, killed) = try await withServerProcess(
                storage: storage,
                environment: ["SNUG_MEDIA_WORKER": worker]
            ) { process in
                let ada = try await process.site.register("ada")
                let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
                try process.kill()
                return (ada, picture.id.text)
            }
            #expect(killed.status == .signaled(SIGKILL))
            _ = try await withServerProcess(storage: storage) { process in
                let picture = try await saved.0.at(process.site).settled(saved.1)
                #expect(picture.status == "ready")
                #expect(try await process.site.send(.GET, picture.variants.thumbnail.url.text).status == 200)
            }
        }
    }
}

extension Snug.InternalLimits {
    /// - Parameter deadline: For one job; long enough for a busy machine if one must succeed.
    fileprivate mutating func hurry(deadline: Duration) {
        worker.deadline = deadline
        retries.firstDelay = .milliseconds(1)
    }
}
