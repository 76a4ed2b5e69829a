import Foundation
import GRDB
import TestSupport
import Testing

@testable import Chat
@testable import Janitor

@Suite("Verifying a backup", .timeLimit(.standard))
struct VerificationTests {
    @Test(
        "A changed byte is found in every file",
        arguments: ["snug.sqlite", "archive.sqlite", "secret", "snug.yaml", "original", "variant", "manifest.jsonl"]
    )
    func changedByte(name: String) async throws {
        try await withBackedUpStorage { storage in
            let picture = try await storage.renderedPicture().file
            let backup = try storage.backUp().folder
            #expect(try storage.verify(backup).isClean)
            let path =
                switch name {
                case "original": storage.path(storage.original(picture), in: backup.path)
                case "variant": storage.path(storage.variant(picture), in: backup.path)
                default: "\(backup.path)/\(name)"
                }
            let before = try bytes(of: path)
            for place in [0, before.count / 2, before.count - 1] {
                var changed = before
                changed[place] ^= 1
                try changed.write(to: URL(fileURLWithPath: path))
                let report = try storage.verify(backup)
                #expect(!report.isClean, "byte \(place)")
            }
            try before.write(to: URL(fileURLWithPath: path))
            #expect(try storage.verify(backup).isClean)
        }
    }

    @Test("A missing file, a shorter manifest and a row without a file are found")
    func missing() async throws {
        try await withBackedUpStorage { storage in
            let pictures = [try await storage.renderedPicture().file, try await storage.renderedPicture().file]
            let backup = try storage.backUp().folder
            let file = storage.path(storage.variant(pictures[0]), in: backup.path)
            try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
            #expect(try storage.verify(backup).problems.count == 1)
            try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
            let manifest = try String(contentsOfFile: backup.manifestPath, encoding: .utf8)
            let lines = manifest.split(separator: "\n")
            for count in 0..<lines.count {
                let shorter = lines.prefix(count).joined(separator: "\n") + "\n"
                try shorter.write(toFile: backup.manifestPath, atomically: true, encoding: .utf8)
                #expect(try !storage.verify(backup).isClean, "\(count) lines")
            }
        }
    }

    @Test("A row whose file the backup lacks is found, although the manifest is right")
    func unnamed() async throws {
        try await withBackedUpStorage { storage in
            let pictures = [try await storage.renderedPicture().file, try await storage.renderedPicture().file].sorted()
            let backup = try storage.backUp().folder
            for (index, picture) in pictures.enumerated() {
                try rewrite(backup) { !$0.path.contains("\(picture)") }
                let report = try storage.verify(backup)
                #expect(report.problemCount == 4 * (index + 1))
                #expect(report.problems.allSatisfy { $0.contains("the backup does not have it") })
            }
        }
    }

    @Test("verify exits with 0 for a clean backup, 1 for a damaged one, and 78 without one")
    func statuses() async throws {
        try await withBackedUpStorage { storage in
            try await storage.renderedPicture()
            #expect(try await JanitorProcess.run(["verify", storage.backups]).isRefused)
            let older = try storage.backUp().folder
            let backup = try storage.backUp().folder
            for path in [backup.path, storage.backups] {
                let run = try await JanitorProcess.run(["verify", path])
                #expect(run.status == 0)
                #expect(run.output.hasPrefix("\(backup.path) is clean: 9 files"))
            }
            try Data("x".utf8).write(to: URL(fileURLWithPath: backup.path + "/secret"))
            let run = try await JanitorProcess.run(["verify", storage.backups])
            #expect(run.status == 1)
            #expect(run.output.contains("is DAMAGED"))
            #expect(run.output.contains("secret: its content has changed"))
            #expect(try await JanitorProcess.run(["verify", older.path]).status == 0)
        }
    }

    @Test(
        "A manifest that leads out of its folder is not followed",
        arguments: ["../x", "/etc/passwd", "media//x", "a/./b"]
    )
    func path(path: String) {
        let entry = Manifest.Entry(path: path, bytes: 1, sha256: "", mode: "0600", modified_at: 0)
        #expect(!entry.hasSafePath)
    }

    /// Writes the manifest again, with some of its lines.
    private func rewrite(_ backup: BackupFolder, keeping isKept: (Manifest.Entry) -> Bool) throws {
        let reader = try ManifestReader(backup.manifestPath)
        var entries: [Manifest.Entry] = []
        while let entry = try reader.next() { entries.append(entry) }
        let writer = try ManifestWriter(backup.manifestPath, header: reader.header)
        for entry in entries where isKept(entry) { try writer.append(entry) }
        try writer.finish()
    }
}
