import ArgumentParser

/// `snug-janitor verify`
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that a backup is complete and unchanged.",
        discussion: """
            Reads every file of the backup and compares it with the manifest, checks each page of the database, and looks \
            for the files of every row. Needs no storage and changes nothing.

            Exit status: 0 if the backup is clean, 1 if it is damaged; 64 if an option is unknown; 70 if the check failed; \
            75 if a signal stopped it; 78 if there is no complete backup, or if a newer release made it.
            """
    )

    @Argument(help: ArgumentHelp("A backup, or a folder of backups, of which the newest is taken.", valueName: "DIR"))
    var folder: String

    func run() async throws {
        try await CommandFailure.explaining("the check", afterwards: "nothing was changed") {
            let folder = try BackupFolder(at: folder)
            let report = try await BlockingWork.run { try Verification(folder: folder, stop: $0).run() }
            print(report.description(of: folder))
            if !report.isClean { throw ExitCode(1) }
        }
    }
}

extension Verification.Report {
    func description(of folder: BackupFolder) -> String {
        let verdict = isClean ? "is clean" : "is DAMAGED"
        var lines = ["\(folder.path) \(verdict): \(fileCount) files, \(byteCount) bytes"] + problems
        if problemCount > problems.count { lines.append("and \(problemCount - problems.count) more problems") }
        if lostCount > 0 {
            lines.append("The storage had lost or damaged \(lostCount) originals when the backup was made.")
        }
        if let note { lines.append(note) }
        return lines.joined(separator: "\n")
    }
}
