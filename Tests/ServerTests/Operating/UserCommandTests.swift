import Fixtures
import Foundation
import Glibc
import SnugClient
import TestSupport
import Testing

@Suite("snug-server user add", .timeLimit(.standard))
struct UserCommandTests {
    @Test("An account created by the operator can sign in, also with registration closed")
    func add() async throws {
        try await withNewStorage { folder in
            let made = try await runServer(
                ["user", "add", "ada", "--storage", folder],
                input: "correct horse battery\n"
            )
            #expect(made.status == .exited(0))
            #expect(made.output.contains("ada"))
            #expect(!made.output.contains("horse"))
            _ = try await withServerProcess(storage: folder, environment: ["SNUG_REGISTRATION": "closed"]) { process in
                let answer = try await process.site.signIn("ada")
                #expect(answer.status == 201)
            }
        }
    }

    @Test("An admin sees health from any address, other people do not")
    func admin() async throws {
        try await withNewStorage { folder in
            for (name, flags) in [("root", ["--admin"]), ("ada", [])] {
                let arguments = ["user", "add", name] + flags + ["--storage", folder]
                #expect(try await runServer(arguments, input: "correct horse battery\n").status == .exited(0))
            }
            _ = try await withServerProcess(storage: folder) { process in
                for (name, status) in [("root", 200), ("ada", 404)] {
                    let person = Person(site: process.site, signedIn: try await process.site.signIn(name).json)
                    let answer = try await process.site.send(
                        .GET,
                        "/health",
                        headers: ["authorization": "Bearer \(person.token)", "x-forwarded-for": "192.0.2.1"]
                    )
                    #expect(answer.status == status)
                }
            }
        }
    }

    @Test(
        "What cannot be an account is refused with a reason",
        arguments: [
            ("ada@home", "correct horse battery\n", "a-z"), ("..", "correct horse battery\n", "letter"),
            ("me", "correct horse battery\n", "reserved"), ("ada", "short\n", "8 to 256"), ("ada", "", "password"),
        ]
    )
    func refused(name: String, input: String, reason: String) async throws {
        try await withNewStorage { folder in
            let ended = try await runServer(["user", "add", name, "--storage", folder], input: input)
            #expect(ended.status != .exited(0))
            #expect(ended.errors.contains(reason))
        }
    }

    @Test("A taken name is refused, with a running server too")
    func taken() async throws {
        try await withServer { server in
            _ = try await server.register("ada")
            let ended = try await runServer(["user", "add", "ada", "--storage", server.storage], input: "12345678\n")
            #expect(ended.status != .exited(0))
            #expect(ended.errors.contains("taken"))
            #expect(try await server.site.signIn("ada").status == 201)
        }
    }

    @Test("I5: no storage is created: the missing folder and its expected owner are named", arguments: [false, true])
    func noStorage(isFolder: Bool) async throws {
        try await withMemoryFolder { folder in
            let storage = folder + "/storage"
            if isFolder {
                try FileManager.default.createDirectory(atPath: storage, withIntermediateDirectories: false)
            }
            let ended = try await runServer(["user", "add", "ada", "--storage", storage], input: "12345678\n")
            #expect(ended.status == .exited(EX_CONFIG))
            #expect(ended.errors.contains(storage))
            if isFolder { #expect(ended.errors.contains("(uid \(geteuid()))")) }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder) == (isFolder ? ["storage"] : []))
        }
    }

    @Test("I1: an account created without a server is in the database file alone")
    func closed() async throws {
        try await withNewStorage { folder in
            let made = try await runServer(["user", "add", "ada", "--storage", folder], input: "12345678\n")
            #expect(made.status == .exited(0))
            #expect(!FileManager.default.fileExists(atPath: folder + "/snug.sqlite-wal"))
        }
    }

    /// A storage as a first start leaves it.
    private func withNewStorage(_ body: (String) async throws -> Void) async throws {
        try await withMemoryFolder { folder in
            _ = try await withServerProcess(storage: folder) { _ in }
            try await body(folder)
        }
    }
}
