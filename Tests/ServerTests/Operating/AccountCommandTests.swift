import Foundation
import SnugClient
import TestSupport
import Testing

@Suite("Commands for accounts", .timeLimit(.standard))
struct AccountCommandTests {
    private static let newPassword = "another horse battery"

    private func run(_ arguments: String..., storage: String, input: String = "") async throws -> Ended {
        try await runServer(arguments + ["--storage", storage], input: input)
    }

    @Test("I7: a disabled person's live connections are closed and their tokens end before the command does")
    func disable() async throws {
        try await withMemoryFolder { storage in
            _ = try await withServerProcess(storage: storage) { process in
                let (ada, bob) = (try await process.site.register("ada"), try await process.site.register("bob"))
                let room = try await ada.makeRoom(with: [bob])
                let (socket, others) = (try await ada.listen(), try await bob.listen())
                let stream = try await ada.stream()
                let ended = try await run("user", "disable", "ada", storage: storage)
                #expect(ended.status == .exited(0), "\(ended.errors)")
                #expect(ended.output == "Disabled ada. 1 session has ended.\n")
                #expect(try await socket.closeCode() == 4401)
                try await stream.waitForEnd()
                #expect(try await ada.get("users/me").isProblem(401, "unauthenticated"))
                #expect(try await process.site.signIn("ada").isProblem(403, "account_disabled"))
                #expect(try await process.site.signIn("ada", password: "wrong").isProblem(401, "unauthenticated"))
                _ = try await bob.say("hello", in: room)
                _ = try await others.first("message.created")
                #expect(try await bob.get("users?q=ada").expect(200).json.users == [])

                #expect(try await run("user", "enable", "ada", storage: storage).status == .exited(0))
                #expect(try await process.site.signIn("ada").status == 201)
            }
        }
    }

    @Test("Every command works without a server too, and takes effect at the next start")
    func withoutServer() async throws {
        try await withMemoryFolder { storage in
            _ = try await withServerProcess(storage: storage) { process in
                for name in ["ada", "bob", "cy"] { _ = try await process.site.register(name) }
            }
            #expect(try await run("user", "disable", "ada", storage: storage).output.contains("1 session has ended"))
            let changed = try await run("user", "password", "bob", storage: storage, input: "\(Self.newPassword)\n")
            #expect(changed.output.contains("1 session has ended") && !changed.output.contains("horse"))
            #expect(try await run("user", "admin", "bob", "on", storage: storage).status == .exited(0))
            #expect(try await run("user", "delete", "cy", "--yes", storage: storage).status == .exited(0))
            let list = try await run("user", "list", "--json", storage: storage)
            let people = JSON.orMissing(Array(list.output.utf8))
            #expect(people.elements.map(\.name) == ["ada", "bob"])
            #expect(people[0].disabled_at != .null && people[1].disabled_at != people[0].disabled_at)
            #expect(people[1].admin == true && people[1].sessions == 0 && people[1].stored_bytes == 0)
            _ = try await withServerProcess(storage: storage) { process in
                #expect(try await process.site.signIn("ada").isProblem(403, "account_disabled"))
                #expect(try await process.site.signIn("bob").isProblem(401, "unauthenticated"))
                #expect(try await process.site.signIn("bob", password: Self.newPassword).status == 201)
                #expect(try await process.site.signIn("cy").isProblem(401, "unauthenticated"))
                let again: JSON = ["username": "cy", "password": "12345678"]
                let answer = try await process.site.send(.POST, "/api/v1/users", body: .json(again))
                #expect(answer.isProblem(409, "conflict"))
            }
        }
    }

    @Test("I7: a password set by the operator ends live connections")
    func password() async throws {
        try await withMemoryFolder { storage in
            _ = try await withServerProcess(storage: storage) { process in
                let socket = try await process.site.register("ada").listen()
                let input = "\(Self.newPassword)\n"
                let ended = try await run("user", "password", "ada", storage: storage, input: input)
                #expect(ended.status == .exited(0), "\(ended.errors)")
                #expect(try await socket.closeCode() == 4401)
                #expect(try await process.site.signIn("ada").status == 401)
                #expect(try await process.site.signIn("ada", password: Self.newPassword).status == 201)
                let listed = try await run("user", "list", storage: storage).output
                #expect(listed.split(separator: "\n").count == 2 && listed.contains("ada"))
            }
        }
    }

    @Test(
        "Clients receive the new name, the leaving and the deleted messages of a deleted person",
        arguments: [false, true]
    )
    func delete(withMessages: Bool) async throws {
        try await withMemoryFolder { storage in
            _ = try await withServerProcess(storage: storage) { process in
                let (ada, bob) = (try await process.site.register("ada"), try await process.site.register("bob"))
                let room = try await bob.makeRoom(with: [ada])
                let message = try await ada.say("hello", in: room)
                let (socket, own) = (try await bob.listen(), try await ada.listen())
                let refused = try await run("user", "delete", "ada", storage: storage)
                #expect(refused.status == .exited(1) && refused.errors.contains("--yes"))
                let flags = withMessages ? ["--messages"] : []
                let arguments = ["user", "delete", "ada", "--yes"] + flags + ["--storage", storage]
                let ended = try await runServer(arguments)
                #expect(ended.status == .exited(0), "\(ended.errors)")
                #expect(try await own.closeCode() == 4401)
                let updated = try await socket.first("user.updated").user
                #expect(
                    updated.id.text == ada.id && updated.display_name == "Deleted user" && updated.is_deleted == true
                )
                #expect(try await socket.first("member.left").user_id.text == ada.id)
                if withMessages {
                    #expect(try await socket.first("message.deleted").message.id == message.id)
                } else {
                    #expect(try await bob.get(bob.path(of: message)).expect(200).json.body == "hello")
                }
            }
        }
    }

    @Test("A name that nobody has is refused, with and without a server", arguments: ["disable", "enable", "delete"])
    func unknown(command: String) async throws {
        try await withMemoryFolder { storage in
            let arguments =
                ["user", command, "nobody"] + (command == "delete" ? ["--yes"] : []) + ["--storage", storage]
            _ = try await withServerProcess(storage: storage) { _ in
                let ended = try await runServer(arguments)
                #expect(ended.status == .exited(1) && ended.errors.contains("no account"))
            }
            let ended = try await runServer(arguments)
            #expect(ended.status == .exited(1) && ended.errors.contains("no account"))
        }
    }

    @Test("The socket of a killed server does not get in the way, and only the owner may use that of a running one")
    func socket() async throws {
        try await withMemoryFolder { storage in
            let path = storage + "/control.socket"
            _ = try await withServerProcess(storage: storage) { process in
                _ = try await process.site.register("ada")
                // The command returns only once the server has opened its socket.
                #expect(try await run("user", "enable", "ada", storage: storage).status == .exited(0))
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                try process.kill()
            }
            #expect(FileManager.default.fileExists(atPath: path))
            #expect(try await run("user", "disable", "ada", storage: storage).status == .exited(0))
            _ = try await withServerProcess(storage: storage) { process in
                let refused = try await process.site.signIn("ada")
                #expect(refused.isProblem(403, "account_disabled"))
                #expect(try await run("user", "enable", "ada", storage: storage).status == .exited(0))
                #expect(try await process.site.signIn("ada").status == 201)
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
