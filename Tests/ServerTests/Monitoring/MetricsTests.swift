import Chat
import Fixtures
import Foundation
import GRDB
import Media
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Metrics", .timeLimit(.standard))
struct MetricsTests {
    @Test("A scrape shows what has happened")
    func values() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bob = try await server.register("bob")
            let room = try await ada.makeRoom(with: [bob])
            let (socket, stream) = (try await bob.listen(), try await bob.stream())
            _ = try await stream.next("welcome")
            for number in 0..<3 {
                _ = try await ada.say("\(number)", in: room)
                _ = try await socket.next("message.created")
                _ = try await stream.next("message.created")
            }
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            #expect(picture.status == "ready")
            _ = try await ada.postAttachment([], named: "empty").expect(422)
            for _ in 0..<2 { _ = try await bob.get("rooms/\(room.id.text)/messages").expect(200) }
            let scrape = try await server.site.scrape()

            #expect(scrape["snug_database_up"] == 1)
            #expect(scrape["snug_messages_posted_total"] == 3)
            #expect(scrape["snug_live_connections{transport=\"websocket\"}"] == 1)
            #expect(scrape["snug_live_connections{transport=\"sse\"}"] == 1)
            #expect(scrape["snug_live_connections{transport=\"long_poll\"}"] == 0)
            #expect(scrape["snug_live_open_seconds_count{transport=\"websocket\"}"] == 1)
            #expect(scrape["snug_live_open_seconds_count{transport=\"sse\"}"] == 1)
            // Once for each event, whatever the number of connections.
            #expect(scrape["snug_delivery_seconds_count"] == 3)
            #expect(scrape["snug_delivery_seconds_bucket{le=\"+Inf\"}"] == 3)
            #expect(scrape["snug_event_log_lag_events"] == 0)
            #expect(try #require(scrape["snug_event_log_position"]) >= 5)
            let commits = try #require(scrape["snug_commit_group_size_count"])
            #expect(try #require(scrape["snug_commit_group_size_sum"]) >= commits)
            #expect(scrape["snug_commit_seconds_count"] == commits)
            #expect(scrape["snug_database_operation_seconds_count{operation=\"messages.post\"}"] == 3)
            #expect(try #require(scrape["snug_database_operation_seconds_sum{operation=\"messages.post\"}"]) > 0)
            let posts = "method=\"POST\",route=\"/api/v1/rooms/{id}/messages\",status=\"2xx\""
            #expect(scrape["snug_http_request_seconds_count{\(posts)}"] == 3)
            #expect(scrape["snug_cache_requests_total{cache=\"pages\",result=\"hit\"}"] == 1)
            #expect(scrape["snug_cache_requests_total{cache=\"pages\",result=\"miss\"}"] == 1)
            #expect(try #require(scrape["snug_cache_requests_total{cache=\"sessions\",result=\"hit\"}"]) > 0)
            #expect(try #require(scrape["snug_cache_requests_total{cache=\"memberships\",result=\"hit\"}"]) > 0)
            #expect(scrape["snug_worker_job_seconds_count{result=\"rendered\"}"] == 1)
            #expect(scrape["snug_worker_up"] == 1)
            #expect(scrape["snug_render_queue_pictures{state=\"waiting\"}"] == 0)
            for operation in ["spool", "prepare", "commit_original", "commit_variants", "open"] {
                let count = scrape["snug_file_operation_seconds_count{operation=\"\(operation)\"}"]
                #expect(try #require(count) > 0, "\(operation)")
            }
            #expect(scrape["snug_uploads_rejected_total{reason=\"invalid\"}"] == 1)
            #expect(scrape["snug_janitor_last_run_timestamp_seconds"] == 0)
            #expect(try #require(scrape["process_open_fds"]) > 10)
            #expect(try #require(scrape["process_open_fds"]) < scrape["process_max_fds"] ?? 0)
            #expect(try #require(scrape["process_resident_memory_bytes"]) > 1_000_000)
            #expect(try #require(scrape["snug_storage_bytes{kind=\"database\"}"]) > 0)
            #expect(try #require(scrape["snug_storage_free_bytes"]) < scrape["snug_storage_size_bytes"] ?? 0)
        }
    }

    @Test("Refusals are counted by the limit that refused")
    func refusals() async throws {
        try await withServer({ $0.rates.rooms = [RateRule(count: 1, seconds: 3600, burst: 1)] }) { server in
            let ada = try await server.register("ada")
            _ = try await ada.makeRoom()
            for _ in 0..<2 { _ = try await ada.post("rooms", ["kind": "private", "name": "Another"]).expect(429) }
            let scrape = try await server.site.scrape()
            #expect(scrape["snug_rate_limited_total{rule=\"rooms\"}"] == 2)
            #expect(scrape["snug_rate_limited_total{rule=\"messages\"}"] == 0)
        }
    }

    @Test("The janitor's last sweep is shown")
    func janitor() async throws {
        try await withServer { server in
            let before = JanitorStatus(.done, at: 1_700_000_000, after: nil)
            let findings = ["unattached": JanitorStatus.Findings(rows: 2, files: 6, bytes: 700)]
            try JanitorStatus(.stopped, at: 1_700_086_400, after: before, seconds: 2, findings: findings)
                .write(storage: server.storage)
            let scrape = try await server.site.scrape()
            #expect(scrape["snug_janitor_last_run_timestamp_seconds"] == 1_700_086_400)
            #expect(scrape["snug_janitor_last_success_timestamp_seconds"] == 1_700_000_000)
            #expect(scrape["snug_janitor_last_run_success"] == 0)
            #expect(scrape["snug_janitor_last_run_rows{step=\"unattached\"}"] == 2)
            #expect(scrape["snug_janitor_last_run_files{step=\"unattached\"}"] == 6)
            #expect(scrape["snug_janitor_last_run_bytes{step=\"unattached\"}"] == 700)
        }
    }

    @Test("Without a usable status of the janitor the rest is shown", arguments: ["", "{}", "[1", "{\"outcome\":1}"])
    func damagedStatus(text: String) async throws {
        try await withServer { server in
            try Data(text.utf8).write(to: URL(filePath: server.storage + "/" + JanitorStatus.fileName))
            let scrape = try await server.site.scrape()
            #expect(scrape["snug_janitor_last_run_timestamp_seconds"] == 0)
            #expect(scrape["snug_database_up"] == 1)
        }
    }
}

@Suite("Access to metrics", .timeLimit(.standard))
struct MetricsAccessTests {
    @Test(
        "I7: for other clients behind a proxy there are no metrics, signed in or not",
        arguments: ["192.0.2.1", "127.0.0.1, 192.0.2.1", "10.0.0.1", "not an address", "127.evil"]
    )
    func others(forwarded: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            for token in ["", "Bearer \(ada.token)", "Bearer nonsense"] {
                let answer = try await server.site.send(
                    .GET,
                    "/metrics",
                    headers: ["x-forwarded-for": forwarded, "authorization": token]
                )
                #expect(answer.isProblem(404, "not_found") || answer.isProblem(401, "unauthenticated"))
                #expect(!answer.text.contains("snug_"))
            }
        }
    }

    @Test("Administrators read metrics from anywhere, and they are not cached")
    func administrators() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            try await DatabaseQueue(path: server.storage + "/snug.sqlite").write { db in
                try db.execute(sql: "UPDATE users SET is_admin = 1 WHERE username = 'ada'")
            }
            let answer = try await server.site.send(
                .GET,
                "/metrics",
                headers: ["x-forwarded-for": "192.0.2.1", "authorization": "Bearer \(ada.token)"]
            ).expect(200)
            #expect(answer[header: "content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer[header: "cache-control"] == "no-store")
            #expect(try Scrape(answer.text)["snug_database_up"] == 1)
        }
    }

    @Test("Scrapes do not count towards the rate of requests")
    func rate() async throws {
        try await withServer({ $0.rates.requests = [RateRule(count: 1, seconds: 3600, burst: 1)] }) { server in
            for _ in 0..<5 { _ = try await server.site.scrape() }
            _ = try await server.site.send(.GET, "/nowhere").expect(404)
            _ = try await server.site.send(.GET, "/nowhere").expect(429)
            #expect(try await server.site.scrape()["snug_rate_limited_total{rule=\"requests\"}"] == 1)
        }
    }
}
