import Fixtures
import Foundation
import Glibc
import SnugClient
import TestSupport
import Testing

@Suite("Owner of the storage", .timeLimit(.standard), .enabled(if: geteuid() == 0, "needs root"))
struct StorageOwnerTests {
    /// Users without a name.
    private static let (owner, other): (UInt32, UInt32) = (54_321, 54_322)

    @Test("I5: files that root creates in a storage belong to its owner, who can go on using it")
    func root() async throws {
        try await withOwnedStorage { storage in
            let add = ["user", "add", "eve", "--storage", storage]
            let made = try await runServer(add, input: "correct horse battery\n")
            #expect(made.status == .exited(0))
            try leaveStray(in: storage)
            let sweep = [Executables.janitor, "sweep", "--grace-unknown", "0s", "--storage", storage]
            let swept = try await runProgram(sweep)
            #expect(swept.status == .exited(0))
            #expect(swept.output.contains("1 files without a row"))
            #expect(try foreigners(in: storage).isEmpty)
            _ = try await withServerProcess(storage: storage) { process in
                let ada = try await process.site.signIn("ada").expect(201).json
                let person = Person(site: process.site, signedIn: ada)
                #expect(try await person.settled(person.upload(try Fixture.bytes("textured.jpg"))).status == "ready")
                #expect(try user(of: process) == Self.owner)
            }
            #expect(try foreigners(in: storage).isEmpty)
            _ = try await withServerProcess(storage: storage, user: Self.owner) { process in
                _ = try await process.site.signIn("eve").expect(201)
            }
        }
    }

    @Test(
        "Every program refuses another user and names the owner's id",
        arguments: ["serve", "user", "janitor"]
    )
    func refused(program: String) async throws {
        try await withOwnedStorage { storage in
            let lines = [
                "serve": [Executables.server, "--port", "0", "--storage", storage],
                "user": [Executables.server, "user", "add", "eve", "--storage", storage],
                "janitor": [Executables.janitor, "sweep", "--storage", storage],
            ]
            let ended = try await runProgram(try #require(lines[program]), input: "12345678\n", user: Self.other)
            #expect(ended.status == .exited(EX_CONFIG))
            #expect(ended.errors.contains(storage))
            #expect(ended.errors.contains("belongs to uid \(Self.owner)"))
            #expect(try foreigners(in: storage).isEmpty)
        }
    }

    @Test("A file left by an earlier sweep as root is named with its owner")
    func leftByRoot() async throws {
        try await withOwnedStorage { storage in
            try FileManager.default.createDirectory(
                atPath: storage + "/media/trash/20260101",
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o750]
            )
            let line = [Executables.janitor, "sweep", "--storage", storage]
            let ended = try await runProgram(line, user: Self.owner)
            #expect(ended.status == .exited(EX_CONFIG))
            #expect(ended.errors.contains("media/trash/20260101 belongs to root (uid 0)"))
        }
    }

    @Test("Without root, pictures are stored and rendered, and no memory can be dumped")
    func withoutRoot() async throws {
        try await withOwnedStorage { storage in
            _ = try await withServerProcess(storage: storage, user: Self.owner) { process in
                let ada = try await process.site.signIn("ada").expect(201).json
                let person = Person(site: process.site, signedIn: ada)
                #expect(try await person.settled(person.upload(try Fixture.bytes("textured.jpg"))).status == "ready")
                let limits = try String(contentsOfFile: "/proc/\(process.id)/limits", encoding: .utf8)
                #expect(limits.contains(#/Max core file size +0 +0 /#))
                // The kernel gives the files of a process that cannot be dumped to root (proc(5)).
                var info = stat()
                #expect(stat("/proc/\(process.id)/environ", &info) == 0)
                #expect(info.st_uid == 0)
            }
        }
    }

    /// A storage that a server of another user has created, with the account of ada.
    private func withOwnedStorage(_ body: (String) async throws -> Void) async throws {
        try await withMemoryFolder { folder in
            #expect(chown(folder, Self.owner, Self.owner) == 0)
            let storage = folder + "/storage"
            _ = try await withServerProcess(storage: storage, user: Self.owner) { process in
                _ = try await process.site.register("ada")
            }
            try await body(storage)
        }
    }

    private func leaveStray(in storage: String) throws {
        let file = storage + "/media/originals/00/0191d3c4-7b8e-4000-8000-000000000000"
        try Data("stray".utf8).write(to: URL(fileURLWithPath: file))
        #expect(chown(file, Self.owner, Self.owner) == 0)
    }

    /// Files and folders that do not belong to the owner.
    private func foreigners(in storage: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: storage)
        return ([storage] + names.map { "\(storage)/\($0)" }).filter { path in
            var info = stat()
            return lstat(path, &info) == 0 && info.st_uid != Self.owner
        }
    }

    /// The effective user of a process.
    private func user(of process: ServerProcess) throws -> UInt32? {
        let status = try String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("Uid:") }
        return line?.split(separator: "\t").dropFirst(2).first.flatMap { UInt32($0) }
    }
}
