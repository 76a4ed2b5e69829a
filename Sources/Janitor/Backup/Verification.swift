import Chat
import ChatSQLite
import Foundation
import Kernel
import Media
import Vocabulary

/// Proves that a backup is complete and unchanged. Reads all of it; blocks.
struct Verification {
    /// The result, of which the first problems are named.
    struct Report: Sendable {
        private static let limit = 20

        var fileCount = 0
        var byteCount = 0
        private(set) var problemCount = 0
        private(set) var problems: [String] = []
        /// Originals that the storage had lost or damaged when the backup was made, and that are as they were then.
        var lostCount = 0
        /// Set if the rows could not be compared with the files.
        var note: String?

        var isClean: Bool { problemCount == 0 }

        mutating func add(_ problem: String) {
            problemCount += 1
            if problems.count < Self.limit { problems.append(problem) }
        }
    }

    let folder: BackupFolder
    let stop: StopRequest

    /// - Throws: `CommandFailure` for a backup that this release cannot read; `CancellationError`.
    func run() throws -> Report {
        var report = Report()
        let isCurrent: Bool
        do {
            isCurrent = try folder.database.isUpToDate()
        } catch let refusal as DatabaseRefusal {
            throw CommandFailure(refusal.description)
        } catch {
            // The check of the database reports it.
            isCurrent = true
        }
        do {
            for name in Store.databaseNames {
                let copy = DatabaseCopy(path: "\(folder.path)/\(name)")
                guard name == Store.fileName || FileManager.default.fileExists(atPath: copy.path) else { continue }
                try stop.check()
                for line in copy.damage() { report.add("\(name): \(line)") }
            }
            if report.isClean, let refusal = try folder.database.archiveRefusal() { report.add(refusal.description) }
            try compareFiles(isCurrent, &report)
        } catch let damage as ManifestReader.Damage {
            report.add("\(Manifest.fileName): \(damage)")
        } catch let failure as FileFailure {
            report.add("the backup cannot be read: \(failure)")
        }
        return report
    }

    private func compareFiles(_ isCurrent: Bool, _ report: inout Report) throws {
        let reader = try ManifestReader(folder.manifestPath)
        // The rows of a damaged database prove nothing, and those of an earlier release may have other columns.
        var rows = isCurrent && report.isClean ? RowComparison(of: folder.database) : nil
        if !isCurrent { report.note = "It is from an earlier release: its rows were not compared with its files." }
        while let entry = try reader.next() {
            try check(entry, &report)
            try rows?.compare(entry, &report)
        }
        try rows?.end(&report)
    }

    private func check(_ entry: Manifest.Entry, _ report: inout Report) throws {
        report.fileCount += 1
        if entry.isLost { report.lostCount += 1 }
        guard !entry.isMissing else { return }
        report.byteCount += entry.bytes
        do {
            let digest = try FileDigest.reading(OpenFile(folder.path(of: entry)), willRead: stop.check)
            if digest != FileDigest(byteCount: entry.bytes, sha256: entry.sha256) {
                report.add("\(entry.path): its content has changed")
            }
        } catch let failure as FileFailure {
            report.add("\(entry.path): \(failure)")
        }
    }
}
