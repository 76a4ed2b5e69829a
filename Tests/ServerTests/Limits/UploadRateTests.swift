import Chat
import Fixtures
import SnugClient
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Rate limits of uploads", .timeLimit(.standard))
struct UploadRateTests {
    /// A person who has used up their uploads.
    private func withNoMoreUploads(_ body: (RunningServer, Person, ManualClock) async throws -> Void) async throws {
        var rates = RateSettings.off
        rates.uploads = try #require(RateRule.list("1/20s"))
        let clock = ManualClock()
        try await withServer({ [rates] in $0.rates = rates }, internalLimits: clock.apply) { server in
            let ada = try await server.register("ada")
            let first = try await ada.send(.POST, "attachments", body: .text("hello"))
            #expect(first.status == 201)
            #expect(first[header: "ratelimit-remaining"] == "0")
            try await body(server, ada, clock)
        }
    }

    @Test("I8: an upload beyond the limit is rejected before its body is read, and the connection stays usable")
    func beforeTheBody() async throws {
        try await withNoMoreUploads { server, ada, clock in
            let connection = try await RawConnection(to: server.site)
            let head = "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n"
            try await connection.send(head + "Content-Length: 5\r\n\r\n")
            let answer = try await connection.readHead()
            #expect(answer.hasPrefix("HTTP/1.1 429 "))
            #expect(answer.contains("Retry-After: 20\r\n"))
            _ = try await connection.read(until: "}")
            clock.advance(by: .seconds(20))
            try await connection.send("hello" + head + "Content-Length: 5\r\n\r\nhello")
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 201 "))
            connection.close()
        }
    }

    @Test("A client that sends the whole upload first receives the rejection")
    func answerArrives() async throws {
        try await withNoMoreUploads { server, ada, _ in
            let bytes = [UInt8](repeating: 0x61, count: 4 << 20)
            for body in [Site.Body.bytes(bytes), .chunked(bytes.chunks(of: 1 << 16))] {
                let answer = try await ada.send(.POST, "attachments", body: body)
                #expect(answer.isProblem(429, "rate_limited"))
            }
            #expect(try server.attachmentRows() == 1)
        }
    }

    @Test("I8: retrying a failed picture counts as an upload")
    func retry() async throws {
        var rates = RateSettings.off
        rates.uploads = try #require(RateRule.list("2/20s"))
        let clock = ManualClock()
        try await withServer({ [rates] in $0.rates = rates }, internalLimits: clock.apply) { server in
            let ada = try await server.register("ada")
            let broken = try await ada.upload(try Fixture.bytes("signature-only.jpg"))
            let path = "attachments/\(broken.id.text)"
            #expect(try await ada.post("\(path)/retry").expect(202)[header: "ratelimit-remaining"] == "0")
            #expect(try await ada.settled(broken).status == "failed")
            let refused = try await ada.post("\(path)/retry")
            #expect(refused.isProblem(429, "rate_limited"))
            #expect(refused[header: "retry-after"] == "10")
            clock.advance(by: .seconds(10))
            #expect(try await ada.post("\(path)/retry").status == 202)
        }
    }

    @Test("I8: a client that keeps sending is disconnected")
    func endless() async throws {
        try await withNoMoreUploads { server, ada, _ in
            let connection = try await RawConnection(to: server.site)
            let head = "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n"
            try await connection.send(head + "Transfer-Encoding: chunked\r\n\r\n")
            #expect(try await connection.readHead().hasPrefix("HTTP/1.1 429 "))
            let piece = "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"
            await #expect(throws: (any Error).self) {
                for _ in 0..<(1 << 14) { try await connection.send(piece) }
            }
        }
    }
}
