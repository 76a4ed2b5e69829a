import Fixtures
import FoundationEssentials
import Glibc
import NIOPosix
import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.standard)) struct MediaSecretTests {
    @Test("The first start creates a private key file, later starts read it")
    func made() async throws {
        try await withScratchFolder { folder in
            let path = "\(folder)/secret"
            let first = try MediaSecret.load(at: path)
            #expect(mode(of: path) == 0o600)
            #expect(try MediaSecret.load(at: path).digits == first.digits)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(first.digits + [10]))
            #expect(try files(below: folder) == ["secret"])
        }
    }

    @Test("Processes that start at the same time get the same key")
    func race() async throws {
        try await withScratchFolder { folder in
            let keys = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        try await NIOThreadPool.singleton.runIfActive { try MediaSecret.load(at: "\(folder)/s").digits }
                    }
                }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
        }
    }

    @Test(
        "A short or malformed key prevents the start",
        arguments: [
            "", "abc", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
            String(repeating: "A", count: 64), String(repeating: "g", count: 64),
            String(repeating: "a", count: 64) + "\n\n",
        ]
    )
    func garbled(text: String) async throws {
        try await withScratchFolder { folder in
            let path = "\(folder)/secret"
            #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
            #expect(chmod(path, 0o600) == 0)
            #expect(throws: MediaSecret.Failure.garbled(path: path)) { try MediaSecret.load(at: path) }
        }
    }

    @Test("The previous key is valid as long as URLs signed before the current one was written")
    func previous() async throws {
        try await withScratchFolder { folder in
            let (path, previous) = ("\(folder)/secret", "\(folder)/secret.previous")
            let first = try MediaKeys.load(current: path, previous: previous)
            #expect(first.previous == nil)
            try FileManager.default.moveItem(atPath: path, toPath: previous)
            let second = try MediaKeys.load(current: path, previous: previous)
            #expect(second.previous?.digits == first.current.digits)
            #expect(second.current.digits != first.current.digits)
            #expect((7 * 86_400...14 * 86_400).contains(second.previousEnd.timeIntervalSinceNow))
            try Data("short".utf8).write(to: URL(filePath: previous))
            #expect(chmod(previous, 0o600) == 0)
            #expect(throws: MediaSecret.Failure.garbled(path: previous)) {
                try MediaKeys.load(current: path, previous: previous)
            }
        }
    }

    @Test("A key that others can read or change prevents the start; its group may read it (I7)")
    func exposed() async throws {
        try await withScratchFolder { folder in
            let path = "\(folder)/secret"
            let digits = try MediaSecret.load(at: path).digits
            for mode: mode_t in [0o604, 0o644, 0o602, 0o620, 0o666] {
                #expect(chmod(path, mode) == 0)
                #expect(throws: MediaSecret.Failure.exposed(path: path, mode: mode)) { try MediaSecret.load(at: path) }
            }
            for mode: mode_t in [0o400, 0o440, 0o640] {
                #expect(chmod(path, mode) == 0)
                #expect(try MediaSecret.load(at: path).digits == digits)
            }
        }
    }

    @Test("A key is never printed")
    func description() throws {
        let secret = try #require(MediaSecret(digits: String(repeating: "ab", count: 32)))
        #expect("\(secret)" == "MediaSecret")
    }
}
