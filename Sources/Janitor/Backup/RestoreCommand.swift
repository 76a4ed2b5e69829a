import ArgumentParser

/// `snug-janitor restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup back into an empty storage.",
        discussion: """
            Verifies the backup, copies it into the storage folder, and gives the database another epoch, so that clients \
            load the state of the backup. Overwrites nothing, and does not run beside a server. Started again after it \
            was killed, it starts from the beginning; the server does not start before it has ended.

            The server creates a new media key at its next start, so that media URLs from before the restore are not \
            valid. --keep-secret restores the key of the backup, with which they are. Run as root, it continues as the \
            owner of the storage folder.

            Exit status: 1 if the backup is damaged or a setting is not valid; 64 if an option is unknown; 70 if the \
            restore failed; 74 if there is too little space; 75 if another janitor is running or a signal stopped the \
            restore; 78 if there is no complete backup, if there is a storage already, or if a server is running.
            """
    )

    @Argument(help: ArgumentHelp("A backup, or a folder of backups, of which the newest is taken.", valueName: "DIR"))
    var folder: String

    @Flag(help: "Restore the media key too, so that media URLs from before the restore stay valid.")
    var keepSecret = false

    @OptionGroup var storage: StorageOptions

    func run() async throws {
        try await CommandFailure.explaining("the restore", afterwards: "run it again to start from the beginning") {
            let settings = try storage.settings()
            let (folder, keepsSecret) = (folder, keepSecret)
            try await BlockingWork.run { stop in
                let backup = try BackupFolder(at: folder)
                let target = try RestoreTarget(settings, owner: backup, keepsSecret: keepsSecret)
                let verification = try Verification(folder: backup, stop: stop).run()
                guard verification.isClean else {
                    print(verification.description(of: backup))
                    throw CommandFailure("The backup is damaged; nothing was restored.", status: 1)
                }
                let restore = Restore(backup: backup, target: target, keepsSecret: keepsSecret, stop: stop)
                try restore.run()
                print(restore.description(of: verification))
            }
        }
    }
}

extension Restore {
    func description(of verification: Verification.Report) -> String {
        var lines = [
            "\(backup.path) is restored to \(target.settings.storage): \(verification.fileCount) files, "
                + "\(verification.byteCount) bytes",
            keepsSecret
                ? "The media key was restored: media URLs from before the restore are valid."
                : "The server will create a new media key. Reload nginx after its start.",
        ]
        if verification.lostCount > 0 {
            lines.append("\(verification.lostCount) originals were lost or damaged before the backup was made.")
        }
        return lines.joined(separator: "\n")
    }
}
