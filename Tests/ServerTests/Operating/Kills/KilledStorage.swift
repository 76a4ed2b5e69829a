import Fixtures
import Foundation
import SnugClient
import TestSupport
import Testing

/// A storage whose server and janitor are killed again and again.
struct KilledStorage {
    /// The calls that change the disk in one round; a round may end before the one at which it would be killed.
    private static let calls = 1...70
    /// Rounds of the server for one of the janitor.
    private static let roundsOfServer = 4
    /// Ages at which the janitor removes leftovers here. Nothing is being uploaded while it runs.
    private static let graces = ["--grace-receiving", "0s", "--grace-unknown", "0s", "--grace-trash", "0s"]

    private let storage: String
    private let faults: DiskFaults
    private let name: Comment
    private var random: SeededRandom
    private var round = 0
    private var chat: KilledChat?
    /// Rounds that ended with a kill between two calls.
    private(set) var killCount = 0

    init(in folder: String, seed: Int) throws {
        storage = "\(folder)/storage"
        faults = try DiskFaults(in: folder)
        random = SeededRandom(seed: UInt64(truncatingIfNeeded: seed))
        name = "seed \(seed)"
    }

    /// One round of the server or of the janitor, with a kill at a random call.
    mutating func killOnce() async throws {
        round += 1
        let call = Int.random(in: Self.calls, using: &random)
        if chat == nil || !round.isMultiple(of: Self.roundsOfServer + 1) {
            try await runServer(killedAt: call)
        } else {
            try await sweep(killedAt: call)
        }
    }

    private mutating func runServer(killedAt call: Int) async throws {
        let (known, name, seed) = (chat, name, random.next())
        let (faults, environment) = (faults, faults.environment)
        let (now, ended) = try await withServerProcess(storage: storage, environment: environment) { server in
            var chat = try await KilledChat.begin(known, at: server.site)
            try await chat.check(name)
            try faults.kill(at: call)
            var random = SeededRandom(seed: seed)
            await chat.use(&random)
            try server.kill()
            return chat
        }
        #expect(ended.status == .signaled(SIGKILL), name)
        killCount += try faults.end()
        chat = now
    }

    private mutating func sweep(killedAt call: Int) async throws {
        try faults.kill(at: call)
        let run = try await sweep(environment: faults.environment)
        let hits = try faults.end()
        #expect(run.status == (hits > 0 ? .signaled(SIGKILL) : .exited(0)), "\(name): \(run.errors)")
        killCount += hits
    }

    private func sweep(_ options: [String] = [], environment: [String: String] = [:]) async throws -> Ended {
        let line = [Executables.janitor, "sweep", "--storage", storage] + Self.graces + options
        return try await runProgram(line, environment: environment)
    }

    /// Sweeps twice, the second time as if a day had passed, and expects that exactly the pictures of messages are left.
    func checkAtTheEnd() async throws {
        let chat = try #require(chat)
        #expect(try await sweep().status == .exited(0), name)
        let (attached, ended) = try await withServerProcess(storage: storage) { server in
            let last = try await KilledChat.begin(chat, at: server.site)
            try await last.check(name)
            return try await last.attachedUploads()
        }
        #expect(ended.status == .exited(0), name)
        #expect(try await sweep(["--grace-unattached", "0s"]).status == .exited(0), name)
        let fsck = try await runProgram([Executables.janitor, "fsck", "--storage", storage])
        #expect(fsck.status == .exited(0), "\(name): \(fsck.output)")
        let originals = try files(below: "\(storage)/media/originals").compactMap {
            $0.split(separator: "/").last.map(String.init)
        }
        #expect(Set(originals) == attached, name)
        #expect(try files(below: "\(storage)/media/incoming").isEmpty, name)
        #expect(try files(below: "\(storage)/media/trash").isEmpty, name)
    }
}
