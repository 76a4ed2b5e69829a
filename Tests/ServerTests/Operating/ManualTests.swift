import Foundation
import SnugClient
import TestSupport
import Testing

/// Runs the commands of the manual's section on backups as written there.
@Suite("Backup instructions of the manual", .timeLimit(.standard))
struct ManualTests {
    @Test("I1, I2: a copy made while stopped restores the whole chat, and later cursors do not resume")
    func stopped() async throws {
        try await withBackupPaths { paths in
            let (before, _) = try await withServerProcess(storage: paths.storage) { try await makeChat(at: $0.site) }
            try await paths.run(.copyStopped)
            let later = try await withServerProcess(storage: paths.storage) { process in
                try await before.later(at: process.site)
            }.result
            // The copy replaces the original.
            try FileManager.default.removeItem(atPath: paths.storage)
            try FileManager.default.copyItem(atPath: paths.backup + "/stopped", toPath: paths.storage)
            _ = try await withServerProcess(storage: paths.storage) { try await before.check(at: $0.site, later) }
        }
    }

    @Test(
        "I1, I2: a database copied while running is restored after a stop, and after kill -9 with its log",
        arguments: [false, true]
    )
    func running(isKilled: Bool) async throws {
        try await withBackupPaths { paths in
            let ((before, later), _) = try await withServerProcess(storage: paths.storage) { process in
                let before = try await makeChat(at: process.site)
                try await paths.run(.copyRunning)
                let later = try await before.later(at: process.site)
                if isKilled { try process.kill() }
                return (before, later)
            }
            #expect(FileManager.default.fileExists(atPath: paths.storage + "/snug.sqlite-wal") == isKilled)
            try await paths.run(.putBack)
            _ = try await withServerProcess(storage: paths.storage) { try await before.check(at: $0.site, later) }
        }
    }

    @Test("I1: a backup restored next to a leftover log prevents the start until the log is removed")
    func forgottenLog() async throws {
        try await withBackupPaths { paths in
            let (before, _) = try await withServerProcess(storage: paths.storage) { process in
                let before = try await makeChat(at: process.site)
                try await paths.run(.copyRunning)
                return before
            }
            let (later, _) = try await withServerProcess(storage: paths.storage) { process in
                let later = try await before.later(at: process.site)
                try process.kill()
                return later
            }
            try await paths.run(.putBack, leavingOut: "rm ")
            let refused = try await runServer([], environment: ["SNUG_STORAGE": paths.storage, "SNUG_PORT": "0"])
            #expect(refused.status == .exited(78))
            #expect(refused.errors.contains("remove \(paths.storage)/snug.sqlite-wal"))
            try await paths.run(.putBack)
            _ = try await withServerProcess(storage: paths.storage) { try await before.check(at: $0.site, later) }
        }
    }

    private func makeChat(at site: Site) async throws -> BackupContents {
        let ada = try await site.register("ada")
        let room = try await ada.makeRoom()
        var messages: [JSON] = []
        for number in 0..<5 { messages.append(try await ada.say("\(number)", in: room)) }
        let file = try await ada.upload([1, 2, 3])
        messages.append(try await ada.say("With a file", in: room, with: [file]))
        return BackupContents(ada: ada, room: room, messages: messages, file: file)
    }
}

/// The contents of a backup.
private struct BackupContents: Sendable {
    let ada: Person
    let room: JSON
    let messages: [JSON]
    let file: JSON

    /// Writes messages after the backup.
    ///
    /// - Returns: A cursor after them.
    func later(at site: Site) async throws -> String {
        let ada = ada.at(site)
        for number in 0..<5 { _ = try await ada.say("Later \(number)", in: room) }
        return try await ada.poll().cursor.text
    }

    /// Expects everything in the backup and nothing else. A cursor after it must not resume, not even once the log has
    /// reached that length again.
    func check(at site: Site, _ cursor: String) async throws {
        let ada = ada.at(site)
        #expect(try await ada.get("rooms/\(room.id.text)/messages").expect(200).json.messages == .array(messages))
        #expect(try await ada.get("attachments/\(file.id.text)/original").body == [1, 2, 3])
        #expect(try await ada.poll(after: cursor).resumed == false)
        for number in 0..<9 { _ = try await ada.say("Again \(number)", in: room) }
        #expect(try await ada.poll(after: cursor).resumed == false)
    }
}

/// The folders of a test in place of those in the manual.
private struct BackupPaths {
    /// The blocks of commands in the manual's section, in order.
    enum Block: Int { case copyStopped, copyRunning, putBack }

    let storage: String
    let backup: String

    func run(_ block: Block, leavingOut line: String? = nil) async throws {
        let blocks = try Self.blocks()
        try #require(blocks.count == 3)
        let lines = blocks[block.rawValue].split(separator: "\n").filter { !(line.map($0.hasPrefix) ?? false) }
        let script = lines.joined(separator: "\n")
            .replacing("/var/lib/snug", with: storage).replacing("/backup", with: backup)
        let ended = try await runProgram(["/bin/sh", "-euc", script])
        try #require(ended.status == .exited(0), "\(ended.errors)")
    }

    private static func blocks() throws -> [String] {
        let manual = Executables.checkout.appending(path: "docs/operations.md")
        let text = try String(contentsOf: manual, encoding: .utf8)
        let section = text.split(separator: "\n## Backup and restore\n")[1].split(separator: "\n## ")[0]
        return section.split(separator: "```sh\n").dropFirst().map { String($0.prefix { $0 != "`" }) }
    }
}

private func withBackupPaths(_ body: (BackupPaths) async throws -> Void) async throws {
    try await withMemoryFolder { folder in
        let paths = BackupPaths(storage: folder + "/live", backup: folder + "/kept")
        try FileManager.default.createDirectory(atPath: paths.backup, withIntermediateDirectories: false)
        try await body(paths)
    }
}
