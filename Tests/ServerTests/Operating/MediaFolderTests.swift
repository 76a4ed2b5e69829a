import Chat
import ChatSQLite
import Fixtures
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("The media folder at the start", .timeLimit(.standard))
struct MediaFolderTests {
    @Test("I5: without its marker next to a database with people, the start fails and creates nothing")
    func unmounted() async throws {
        try await withStorage { storage in
            try FileManager.default.moveItem(atPath: storage + "/media", toPath: storage + "/elsewhere")
            for isMountPoint in [false, true] {
                if isMountPoint {
                    try FileManager.default.createDirectory(
                        atPath: storage + "/media",
                        withIntermediateDirectories: false
                    )
                }
                let ended = try await start(storage)
                #expect(ended.status == .exited(EX_CONFIG))
                #expect(ended.errors.contains("\(storage)/media"))
                #expect(ended.errors.contains("Is the right disk mounted?"))
                #expect(FileManager.default.fileExists(atPath: storage + "/media") == isMountPoint)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: storage + "/media") == [])
            try FileManager.default.removeItem(atPath: storage + "/media")
            try FileManager.default.moveItem(atPath: storage + "/elsewhere", toPath: storage + "/media")
            _ = try await withServerProcess(storage: storage) { process in
                _ = try await process.site.signIn("ada").expect(201)
            }
        }
    }

    @Test("I5: an operator who has lost the files confirms it by creating the marker")
    func lost() async throws {
        try await withStorage { storage in
            try FileManager.default.removeItem(atPath: storage + "/media")
            try FileManager.default.createDirectory(atPath: storage + "/media", withIntermediateDirectories: false)
            try Data().write(to: URL(fileURLWithPath: storage + "/media/.snug-media"))
            _ = try await withServerProcess(storage: storage) { process in
                _ = try await process.site.signIn("ada").expect(201)
            }
        }
    }

    @Test("I4: folders on different disks prevent start and sweep", arguments: ["originals", "variants", "trash"])
    func split(part: String) async throws {
        try await withStorage { storage in
            let other = FileManager.default.temporaryDirectory.path + "/split-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: other) }
            try FileManager.default.copyItem(atPath: "\(storage)/media/\(part)", toPath: other)
            try #require(isOtherDisk(other, storage), "the tests' folders are on one disk")
            try FileManager.default.removeItem(atPath: "\(storage)/media/\(part)")
            try FileManager.default.createSymbolicLink(
                atPath: "\(storage)/media/\(part)",
                withDestinationPath: other
            )
            let ended = try await start(storage)
            #expect(ended.status == .exited(EX_CONFIG))
            #expect(ended.errors.contains("on different disks"))
            let swept = try await runProgram([Executables.janitor, "sweep", "--storage", storage])
            #expect(swept.status == .exited(EX_CONFIG))
            #expect(swept.errors.contains("on different disks"))
        }
    }

    @Test("A first start creates it, also after one that was interrupted before the first account")
    func new() async throws {
        try await withMemoryFolder { folder in
            let storage = folder + "/storage"
            try FileManager.default.createDirectory(atPath: storage, withIntermediateDirectories: false)
            try await Store(path: "\(storage)/\(Store.fileName)").close()
            _ = try await withServerProcess(storage: storage) { process in
                _ = try await process.site.register("ada")
            }
            #expect(FileManager.default.fileExists(atPath: storage + "/media/.snug-media"))
        }
    }

    @Test("I5: each start names the database in the marker, and the janitor waits for it after a restore")
    func marker() async throws {
        try await withMemoryFolder { folder in
            let marker = folder + "/media/.snug-media"
            let sweep = [Executables.janitor, "sweep", "--storage", folder]
            _ = try await withServerProcess(storage: folder) { process in _ = try await process.site.register("ada") }
            let first = try String(contentsOfFile: marker, encoding: .utf8)
            #expect(first.wholeMatch(of: /epoch [0-9a-f]{16}\n/) != nil)
            let backup = try Data(contentsOf: URL(fileURLWithPath: folder + "/snug.sqlite"))
            _ = try await withServerProcess(storage: folder) { _ in }
            #expect(try String(contentsOfFile: marker, encoding: .utf8) == first)
            #expect(try await runProgram(sweep).status == .exited(0))
            try backup.write(to: URL(fileURLWithPath: folder + "/snug.sqlite"))
            #expect(try await runProgram(sweep).status == .exited(EX_CONFIG))
            _ = try await withServerProcess(storage: folder) { _ in
                let swept = try await runProgram(sweep)
                #expect(swept.status == .exited(0))
            }
            #expect(try String(contentsOfFile: marker, encoding: .utf8) != first)
            #expect(try await runProgram(sweep).status == .exited(0))
        }
    }

    private func withStorage(_ body: (String) async throws -> Void) async throws {
        try await withMemoryFolder { folder in
            _ = try await withServerProcess(storage: folder) { process in
                let ada = try await process.site.register("ada")
                _ = try await ada.upload([1, 2, 3])
            }
            try await body(folder)
        }
    }

    private func start(_ storage: String) async throws -> Ended {
        try await runServer([], environment: ["SNUG_STORAGE": storage, "SNUG_PORT": "0"])
    }

    private func isOtherDisk(_ path: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(path, &first) == 0 && stat(other, &second) == 0 && first.st_dev != second.st_dev
    }
}
