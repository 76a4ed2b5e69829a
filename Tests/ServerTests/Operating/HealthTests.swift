import Chat
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Health", .timeLimit(.standard))
struct HealthTests {
    @Test("Load balancers get a plain ok from any address")
    func simple() async throws {
        try await withServer { server in
            let answer = try await server.site.send(.GET, "/health/simple", headers: ["x-forwarded-for": "192.0.2.1"])
            #expect(answer.status == 200)
            #expect(answer.text == "ok")
            #expect(answer[header: "cache-control"] == "no-store")
        }
    }

    @Test("From the same machine, health shows each part with its status and latency")
    func full() async throws {
        try await withServer { server in
            let health = try await server.site.send(.GET, "/health").expect(200).json
            #expect(health.status == "ok" || health.status == "degraded")
            #expect(health.version == .string(Release.version))
            #expect(health.uptime_seconds.number >= 0)
            for part in ["database", "media_worker", "storage"] {
                #expect(health[part].names.isSuperset(of: ["status", "latency_ms"]))
            }
            #expect(health.database.status == "ok")
            #expect(health.media_worker.queue == 0)
            #expect(health.storage.free_bytes.number > 0)
        }
    }

    @Test(
        "I7: for other clients behind a proxy the page does not exist",
        arguments: [
            "192.0.2.1", "127.0.0.1, 192.0.2.1", "192.0.2.1, 127.0.0.1", "10.0.0.1", "not an address", "127.evil",
            "127.0.0.1, unknown", "127.0.0.1.evil",
        ]
    )
    func others(forwarded: String) async throws {
        try await withServer { server in
            let answer = try await server.site.send(.GET, "/health", headers: ["x-forwarded-for": forwarded])
            #expect(answer.isProblem(404, "not_found"))
        }
    }

    @Test("I7: forwarded addresses of an untrusted proxy are ignored")
    func untrustedProxy() async throws {
        try await withServer({ $0.trustedProxies = [IPNetwork("192.0.2.1")].compactMap(\.self) }) { server in
            for _ in 0..<2 {
                let answer = try await server.site.send(.GET, "/health", headers: ["x-forwarded-for": "192.0.2.7"])
                #expect(answer.isProblem(404, "not_found"))
            }
            _ = try await server.site.send(.GET, "/health").expect(200)
            let warnings = server.log.filter { $0.contains("SNUG_TRUSTED_PROXIES") }
            #expect(warnings.count == 1)
        }
    }

    @Test("nginx replaces an address that a client claims")
    func throughNginx() async throws {
        try await withServer { server in
            try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                let answer = try await front.send(.GET, "/health", headers: ["x-forwarded-for": "192.0.2.1"])
                #expect(answer.status == 200)
            }
        }
    }
}
