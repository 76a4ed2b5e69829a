import Fixtures
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("File permissions of the storage", .timeLimit(.standard))
struct StorageModeTests {
    @Test("I7: others can read nothing, whatever the umask; the group of nginx can read only media")
    func new() async throws {
        try await withMemoryFolder { folder in
            let storage = folder + "/storage"
            _ = try await withServerProcess(storage: storage) { process in
                let ada = try await process.site.register("ada")
                _ = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            }
            #expect(mode(of: storage) == 0o750)
            try checkMedia(in: storage)
            for file in ["secret", "secret.nginx", "snug.sqlite", "archive.sqlite", "snug.sqlite-mark", "server.lock"] {
                #expect(mode(of: "\(storage)/\(file)") == 0o600, "\(file)")
            }
        }
    }

    @Test("I7: permissions of an earlier version are restricted at the start, with a log line")
    func old() async throws {
        try await withMemoryFolder { folder in
            _ = try await withServerProcess(storage: folder) { process in
                let ada = try await process.site.register("ada")
                _ = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            }
            try open(folder)
            let (_, ended) = try await withServerProcess(storage: folder) { _ in }
            #expect(mode(of: folder) == 0o750)
            #expect(mode(of: folder + "/snug.sqlite") == 0o600)
            try checkMedia(in: folder)
            for change in ["variants: 0755 to 0750", "incoming: 0777 to 0750", "originals/aa: 0777 to 0750"] {
                #expect(ended.errors.contains("\(folder)/media/\(change)"), "\(change)")
            }
        }
    }

    @Test(
        "I7: a secret that others can read or change prevents the start, with instructions",
        arguments: [0o644, 0o604, 0o620]
    )
    func secret(mode: Int) async throws {
        try await withMemoryFolder { folder in
            _ = try await withServerProcess(storage: folder) { _ in }
            #expect(chmod(folder + "/secret", mode_t(mode)) == 0)
            let ended = try await runServer([], environment: ["SNUG_STORAGE": folder, "SNUG_PORT": "0"])
            #expect(ended.status != .exited(0))
            #expect(ended.errors.contains("has mode 0\(String(mode, radix: 8))"))
            #expect(ended.errors.contains("chmod 600 \(folder)/secret"))
            #expect(chmod(folder + "/secret", 0o640) == 0)
            _ = try await withServerProcess(storage: folder) { _ in }
        }
    }

    private func checkMedia(in storage: String) throws {
        var files = 0
        for path in ["", ".snug-media"] + (try FileManager.default.subpathsOfDirectory(atPath: storage + "/media")) {
            let path = "\(storage)/media/\(path)"
            var info = stat()
            #expect(stat(path, &info) == 0)
            let isFolder = info.st_mode & S_IFMT == S_IFDIR
            #expect(info.st_mode & 0o777 == (isFolder ? 0o750 : 0o640), "\(path)")
            if !isFolder { files += 1 }
        }
        #expect(files > 3)
    }

    /// As the first versions created it.
    private func open(_ storage: String) throws {
        #expect(chmod(storage, 0o755) == 0)
        #expect(chmod(storage + "/snug.sqlite", 0o644) == 0)
        let variants = storage + "/media/variants"
        for name in try FileManager.default.subpathsOfDirectory(atPath: variants) {
            #expect(chmod("\(variants)/\(name)", name.count == 2 ? 0o755 : 0o644) == 0)
        }
        for folder in [variants, storage + "/media"] { #expect(chmod(folder, 0o755) == 0) }
        #expect(chmod(storage + "/media/incoming", 0o777) == 0)
        #expect(chmod(storage + "/media/originals/aa", 0o777) == 0)
        #expect(chmod(storage + "/media/.snug-media", 0o666) == 0)
    }
}
