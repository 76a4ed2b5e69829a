import Fixtures
import SnugClient
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Limits of waiting pictures", .timeLimit(.standard))
struct WaitingPictureTests {
    private func withHangingWorker(
        _ choose: @escaping (inout Settings) -> Void,
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        try await withMemoryFolder { folder in
            let worker = try FakeWorker.hanging(in: folder)
            try await withServer {
                $0.mediaWorker = worker
                choose(&$0)
            } _: {
                try await body($0)
            }
        }
    }

    /// Requests an upload of five bytes and returns the server's answer before any of them is sent.
    private func answerToHead(of person: Person, _ server: RunningServer) async throws -> (head: String, body: String) {
        let connection = try await RawConnection(to: server.site)
        let head = "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(person.token)\r\n"
        try await connection.send(head + "Content-Length: 5\r\n\r\n")
        let answer = (try await connection.readHead(), try await connection.read(until: "}"))
        connection.close()
        return answer
    }

    private func isRefused(_ answer: (head: String, body: String), limit: Int) -> Bool {
        answer.head.hasPrefix("HTTP/1.1 503 ") && answer.head.contains("Retry-After: 5\r\n")
            && answer.body.contains("\"code\":\"overloaded\"") && answer.body.contains("\"limit\":\(limit)")
    }

    @Test("I8: an upload beyond a person's waiting pictures is rejected before its body is read; others are accepted")
    func ofOnePerson() async throws {
        try await withHangingWorker {
            $0.limits.waitingPicturesPerPerson = 2
        } _: { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            for _ in 0..<2 { _ = try await ada.upload(try Fixture.bytes("plain.png")) }
            let answer = try await answerToHead(of: ada, server)
            #expect(isRefused(answer, limit: 2))
            #expect(try server.attachmentRows() == 2)
            #expect(try await bob.upload(try Fixture.bytes("plain.png")).status == "processing")
            let health = try await server.site.send(.GET, "/health").expect(200).json
            #expect(health.media_worker.queue == 3)
        }
    }

    @Test("I8: with the total of waiting pictures reached, every upload is rejected before its body is read")
    func inAll() async throws {
        try await withHangingWorker {
            $0.limits.waitingPictures = 2
        } _: { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            for person in [ada, bob] { _ = try await person.upload(try Fixture.bytes("plain.png")) }
            let answer = try await answerToHead(of: bob, server)
            #expect(isRefused(answer, limit: 2))
            #expect(try server.attachmentRows() == 2)
            #expect(try server.storedFiles().count == 2)
        }
    }
}
