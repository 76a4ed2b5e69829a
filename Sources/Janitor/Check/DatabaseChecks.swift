import Chat
import ChatSQLite

extension Check {
    /// Damaged pages of the database or its archive. Nothing else is checked then, and nothing repaired.
    static let integrity = Check(
        name: "integrity",
        summary: "problems in the pages of the databases",
        advice: "restore the storage from a backup",
        endsCheck: true
    ) { fsck, found in
        try await found(
            try await fsck.store.integrityFindings(isQuick: fsck.isQuick, limit: CheckResult.maxExamples)
        )
    } describe: { (finding: IntegrityFinding) in
        Finding(subject: finding.file, detail: finding.line)
    }

    /// An archive that does not belong to the database, and messages that it lacks or that refer to nothing. A message
    /// may be in both files.
    static let archive = Check(
        name: "archive",
        summary: "old messages are missing from the archive, or have no sender",
        advice: "restore the storage from a backup"
    ) { fsck, found in
        if let refusal = try await fsck.store.archiveRefusal() { try await found([.state(refusal)]) }
        try await fsck.walk(fsck.checks.incompleteRooms) { try await found($0.map(ArchiveDamage.room)) }
        try await fsck.walk(fsck.checks.archivedWithoutSender) { try await found($0.map(ArchiveDamage.noSender)) }
    } describe: { (damage: ArchiveDamage) in
        switch damage {
        case .state(let refusal): Finding(subject: Store.archiveName, detail: refusal.description)
        case .room(let room):
            Finding(subject: "\(room.id)", detail: "message \(room.archivedSeq) was archived and is not there")
        case .noSender(let message): Finding(subject: "\(message)", detail: "its sender does not exist")
        }
    }

    /// Rows that refer to a row that is not there. The rows of attachments and users have checks of their own.
    static let foreignKeys = Check(
        name: "foreign_keys",
        summary: "columns have references to rows that are not there",
        advice: "the rows that refer to them are left as they are, because they are not derived from anything"
    ) { fsck, found in
        try await found(try await fsck.store.brokenForeignKeys(except: ["attachments", "users"]))
    } describe: { (broken: BrokenForeignKey) in
        Finding(
            subject: "\(broken.table).\(broken.column)",
            detail: "\(broken.count) rows refer to missing \(broken.parent)"
        )
    } repair: { fsck, broken in
        try await fsck.store.repair(broken) > 0
    }
}

private enum ArchiveDamage {
    case state(DatabaseRefusal)
    case room(IncompleteRoom)
    case noSender(Message.ID)
}
