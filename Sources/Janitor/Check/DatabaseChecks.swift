import Chat
import ChatSQLite

extension Check {
    /// Damaged pages of the database. Nothing else is checked then, and nothing repaired.
    static let integrity = Check(
        name: "integrity",
        summary: "problems in the pages of the database",
        advice: "restore the database from a backup",
        endsCheck: true
    ) { fsck, found in
        try await found(
            try await fsck.store.integrityFindings(isQuick: fsck.isQuick, limit: CheckResult.maxExamples)
        )
    } describe: { (line: String) in
        Finding(subject: "snug.sqlite", detail: line)
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
