import SnugClient
import SnugSettings
import TestSupport
import Testing

@Suite("Endpoints for administrators", .timeLimit(.standard))
struct AdminTests {
    @Test("I7: For everybody else these paths do not exist, on the same machine too")
    func others() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            #expect(try await ada.get("admin/system-info").isProblem(404, "not_found"))
            #expect(try await ada.get("admin/rooms").isProblem(404, "not_found"))
            #expect(try await ada.post("admin/restart").isProblem(404, "not_found"))
            #expect(try await server.site.send(.GET, "/api/v1/admin/rooms").isProblem(401, "unauthenticated"))
            #expect(try await server.site.send(.POST, "/api/v1/admin/restart").isProblem(401, "unauthenticated"))
            _ = try await ada.get("users/me").expect(200)
        }
    }

    @Test("System information has limits, settings without paths, and measurements")
    func systemInfo() async throws {
        let environment = ["SNUG_MAX_MESSAGE_BYTES": "1234", "SNUG_PUBLIC_URL": "https://chat.example.org"]
        try await withAdmin(environment: environment) { server, root in
            let info = try await root.get("admin/system-info").expect(200)
            let settings = info.json.settings.elements
            let shown = Setting.all.map(\.name).filter {
                !["storage", "secret_file", "previous_secret_file", "media_worker"].contains($0)
            }
            #expect(settings.map(\.name.text) == shown)
            for (name, value) in [
                ("max_message_bytes", "1234"), ("public_url", "https://chat.example.org"), ("disk_writes", "2"),
                ("rate_messages", "off"), ("max_upload_bytes", "5242880"),
            ] {
                #expect(settings.first { $0.name.text == name }?.value == .string(value), "\(name)")
            }
            #expect(settings.first { $0.name == "max_message_bytes" }?.default == "2048")
            #expect(!info.text.contains(server.storage))
            #expect(info.json.limits.live_connections.number > 0)
            #expect(info.json.limits.open_files.number > 0)
            #expect(info.json.disk.level == "ok" || info.json.disk.level == "low")
            #expect(info.json.disk.free_bytes.number > 0)
            #expect(info.json.disk.has_reserve == true)
            #expect(info.json.database.file_bytes.number > 0)
            #expect(info.json.process.memory_bytes.number > 1 << 20)
            #expect(info.json.process.open_files.number > 10)
            #expect(info.json.media_worker.state == "idle" || info.json.media_worker.state == "stopped")
        }
    }

    @Test("Figures of rooms come in pages, with sizes and without what others wrote")
    func rooms() async throws {
        try await withAdmin { server, root in
            let ada = try await server.site.register("ada")
            let room = try await ada.makeRoom("Secret name")
            let message = try await ada.say("hello", in: room, with: [try await ada.upload([1, 2, 3], named: "a.bin")])
            _ = try await ada.makeRoom("Open", kind: "public")

            let all = try await root.get("admin/rooms").expect(200)
            #expect(all.json.rooms.elements.map(\.name) == [.null, "Open"])
            let first = try #require(all.json.rooms.elements.first)
            #expect(first.id == room.id)
            #expect(first.kind == "private")
            #expect(first.member_count == 1)
            #expect(first.message_count == 1)
            #expect(first.attachment_bytes == 3)
            #expect(first.last_message_at == message.created_at)
            #expect(all.json.has_more == false)
            #expect(!all.text.contains("Secret") && !all.text.contains("hello"))

            let page = try await root.get("admin/rooms?limit=1").expect(200).json
            #expect(page.rooms.elements == [first])
            #expect(page.has_more == true)
            let rest = try await root.get("admin/rooms?limit=1&after=\(room.id.text)").expect(200).json
            #expect(rest.rooms.elements.map(\.name) == ["Open"])
            #expect(rest.has_more == false)
            for query in ["limit=0", "limit=51", "limit=x", "after=x"] {
                #expect(try await root.get("admin/rooms?\(query)").isProblem(422, "invalid"), "\(query)")
            }
        }
    }

    @Test("A restart is answered, closes live connections with 1012, and ends the process with 0")
    func restart() async throws {
        let ended = try await withAdmin { server, root in
            let socket = try await root.listen()
            let answer = try await root.post("admin/restart").expect(202)
            #expect(answer.body.isEmpty)
            #expect(try await socket.closeCode() == 1012)
            try await server.waitForError("Snug has stopped")
        }
        #expect(ended.status == .exited(0))
        #expect(ended.errors.contains("An administrator has requested a restart"))
    }

    /// Starts a server with an administrator.
    @discardableResult
    private func withAdmin(
        environment: [String: String] = [:],
        _ body: (ServerProcess, Person) async throws -> Void
    ) async throws -> Ended {
        try await withMemoryFolder { folder in
            _ = try await withServerProcess(storage: folder) { _ in }
            let add = ["user", "add", "root", "--admin", "--storage", folder]
            #expect(try await runServer(add, input: "\(Person.password)\n").status == .exited(0))
            return try await withServerProcess(storage: folder, environment: environment) { server in
                try await body(server, Person(site: server.site, signedIn: server.site.signIn("root").expect(201).json))
            }.ended
        }
    }
}
