import Foundation
import SnugClient
import TestSupport
import Testing

@Suite("nginx with TLS", .timeLimit(.standard))
struct TLSTests {
    private func curl(_ arguments: String...) async throws -> Ended {
        try await runProgram(["/usr/bin/curl", "--silent", "--show-error", "--insecure"] + arguments)
    }

    @Test("The API is served over HTTP/2 with TLS, and browsers are told to stay there")
    func secure() async throws {
        try await withServer { server in
            try await withSecureNginx(inFrontOf: server.site, storage: server.storage) { _, port in
                let answer = try await curl("--include", "https://127.0.0.1:\(port)/health/simple")
                #expect(answer.status == .exited(0), "\(answer.errors)")
                #expect(answer.output.hasPrefix("HTTP/2 200"))
                #expect(answer.output.contains("strict-transport-security: max-age=15768000"))
                #expect(answer.output.hasSuffix("ok\n") || answer.output.hasSuffix("ok"))
            }
        }
    }

    @Test("A request without TLS is sent on with its path and query, and keeps its method")
    func plain() async throws {
        try await withServer { server in
            try await withSecureNginx(inFrontOf: server.site, storage: server.storage) { front, _ in
                let answer = try await front.send(.POST, "/api/v1/rooms?a=b")
                #expect(answer.status == 308)
                #expect(answer[header: "location"] == "https://127.0.0.1/api/v1/rooms?a=b")
            }
        }
    }

    @Test("A certificate authority's question is answered without TLS")
    func challenge() async throws {
        try await withServer { server in
            try await withSecureNginx(inFrontOf: server.site, storage: server.storage) { front, _ in
                let answer = try await front.send(.GET, "/.well-known/acme-challenge/nothing-here")
                #expect(answer.status == 404)
                // By nginx, which looks into /var/www/html, and not by the server.
                #expect(answer.json.detail == "Not found.")
            }
        }
    }

    @Test("TLS older than 1.2 is refused")
    func oldVersion() async throws {
        try await withServer { server in
            try await withSecureNginx(inFrontOf: server.site, storage: server.storage) { _, port in
                let address = "https://127.0.0.1:\(port)/health/simple"
                let new = try await curl("--tls-max", "1.2", address)
                let old = try await curl("--tls-max", "1.1", address)
                #expect(new.status == .exited(0))
                // curl's "problem with the TLS handshake".
                #expect(old.status == .exited(35))
            }
        }
    }
}
