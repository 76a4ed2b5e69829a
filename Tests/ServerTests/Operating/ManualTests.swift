import Fixtures
import Foundation
import SnugClient
import TestSupport
import Testing

/// Runs the commands of the manual's section on backups as written there.
@Suite("Backup instructions of the manual", .timeLimit(.standard))
struct ManualTests {
    @Test(
        "I1, I2: a backup beside writers restores every picture; later cursors do not resume, and earlier URLs are refused",
        arguments: [false, true]
    )
    func restored(isKilled: Bool) async throws {
        try await withBackupPaths { paths in
            let (before, ended) = try await withServerProcess(storage: paths.storage) { process in
                let chat = try await Chat(at: process.site)
                async let written = chat.write(until: "backed up")
                try await paths.run(.backup)
                try await chat.post("backed up")
                _ = try await written
                let before = try await chat.contents()
                if isKilled { try process.kill() }
                return (chat, before)
            }
            #expect(ended.status == (isKilled ? .signaled(SIGKILL) : .exited(0)))
            try await paths.run(.restore)
            _ = try await withServerProcess(storage: paths.storage) { process in
                try await before.0.expect(before.1, restoredAt: process.site)
            }
        }
    }

    @Test("I1: the restore drill starts a second server beside the first, which is not touched")
    func drill() async throws {
        try await withBackupPaths { paths in
            _ = try await withServerProcess(storage: paths.storage) { process in
                let chat = try await Chat(at: process.site)
                try await paths.run(.backup)
                try await paths.run(.drill)
                let before = try await chat.contents()
                _ = try await withServerProcess(storage: paths.drill) { drill in
                    try await chat.expect(before, restoredAt: drill.site)
                }
                #expect(try await chat.contents().messages == before.messages)
            }
        }
    }

    @Test("I1: a restore beside a running server is refused, and so is a server beside an interrupted restore")
    func refused() async throws {
        try await withBackupPaths { paths in
            _ = try await withServerProcess(storage: paths.storage) { process in
                _ = try await Chat(at: process.site)
                try await paths.run(.backup)
                let run = try await runProgram(
                    [Executables.janitor, "restore", paths.backup, "--storage", paths.storage]
                )
                #expect(run.status == .exited(78))
                #expect(run.errors.contains("is in use by snug-server (process \(process.id))"))
            }
            try Data().write(to: URL(filePath: paths.storage + "/restore.unfinished"))
            let server = try await runServer([], environment: ["SNUG_STORAGE": paths.storage, "SNUG_PORT": "0"])
            #expect(server.status == .exited(78))
            #expect(server.errors.contains("A restore of the storage \(paths.storage) was interrupted"))
        }
    }
}

/// A room in which somebody writes messages with pictures.
private struct Chat: Sendable {
    struct Contents: Sendable {
        /// By their order.
        let messages: [JSON]
        /// A cursor after them.
        let cursor: String
        /// The signed URL of every variant.
        let urls: [String]
    }

    let ada: Person
    let room: JSON

    init(at site: Site) async throws {
        ada = try await site.register("ada")
        room = try await ada.makeRoom()
        for number in 0..<3 { try await post("\(number)") }
    }

    @discardableResult
    func post(_ text: String) async throws -> JSON {
        let picture = try await ada.upload(try Self.picture())
        let file = try await ada.upload([1, 2, 3], named: "file.bin")
        return try await ada.say(text, in: room, with: [try await ada.settled(picture), file])
    }

    /// Posts messages until one with this text is there, and deletes every third.
    func write(until last: String) async throws -> Int {
        var count = 0
        while try await !messages(at: ada).contains(where: { $0.body.text == last }) {
            let message = try await post("Meanwhile \(count)")
            if count % 3 == 0 { _ = try await ada.delete(ada.path(of: message)) }
            count += 1
        }
        return count
    }

    func contents() async throws -> Contents {
        let messages = try await messages(at: ada)
        return Contents(messages: messages, cursor: try await ada.poll().cursor.text, urls: Self.urls(of: messages))
    }

    /// Expects the messages up to the backup with all of their files. A cursor after it must not resume, not even once
    /// the log has reached that length again.
    func expect(_ before: Contents, restoredAt site: Site) async throws {
        let ada = ada.at(site)
        let restored = try await messages(at: ada)
        #expect(restored.count >= 3)
        #expect(restored.prefix(3).map(\.body.text) == ["0", "1", "2"])
        let (found, known) = (restored.map(\.id.text), before.messages.map(\.id.text))
        #expect(found.filter(known.contains) == known.filter(found.contains))
        for attachment in restored.flatMap(\.attachments.elements) {
            let now = try await ada.settled(attachment)
            #expect(now.status == "ready")
            let original = try await ada.get("attachments/\(now.id.text)/original").expect(200)
            #expect(original.body.count == now.byte_size.number)
            guard now.kind == "image" else { continue }
            let urls = Self.urls(of: now)
            #expect(urls.count == 3)
            for url in urls { _ = try await site.send(.GET, url).expect(200) }
        }
        for url in before.urls { #expect(try await site.send(.GET, url).status == 403) }
        #expect(try await ada.poll(after: before.cursor).resumed == false)
        for number in 0..<60 { _ = try await ada.say("Again \(number)", in: room) }
        #expect(try await ada.poll(after: before.cursor).resumed == false)
    }

    private func messages(at ada: Person) async throws -> [JSON] {
        let page = try await ada.get("rooms/\(room.id.text)/messages?limit=100").expect(200).json
        return page.messages.elements.filter(\.deleted_at.text.isEmpty)
    }

    private static func urls(of messages: [JSON]) -> [String] {
        messages.flatMap(\.attachments.elements).flatMap { urls(of: $0) }
    }

    /// The signed URL of each variant. A static picture has none of its animation.
    private static func urls(of attachment: JSON) -> [String] {
        attachment.variants.names.map { attachment.variants[$0].url.text }.filter { !$0.isEmpty }
    }

    private static func picture() throws -> [UInt8] { try Fixture.bytes("textured.jpg") }
}

/// The folders of a test in place of those in the manual.
private struct BackupPaths: Sendable {
    /// The blocks of commands in the manual's section, in order.
    enum Block: Int, CaseIterable { case backup, restore, drill }

    let storage: String
    let backup: String
    let drill: String

    func run(_ block: Block) async throws {
        let blocks = try Self.blocks()
        try #require(blocks.count == Block.allCases.count)
        // The service is the test's own, and so is the user.
        let lines = blocks[block.rawValue].split(separator: "\n").filter { !$0.hasPrefix("systemctl ") }
        let script = lines.joined(separator: "\n")
            .replacing("-o snug -g snug ", with: "")
            .replacing("snug-janitor", with: Executables.janitor)
            .replacing("/var/lib/snug", with: storage)
            .replacing("/tmp/drill", with: drill)
            .replacing(" /backup", with: " " + backup)
        let run = try await runProgram(["/bin/sh", "-e", "-c", script])
        #expect(run.status == .exited(0), "\(run.output) \(run.errors)")
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
        try await body(BackupPaths(storage: folder + "/live", backup: folder + "/kept", drill: folder + "/drill"))
    }
}
