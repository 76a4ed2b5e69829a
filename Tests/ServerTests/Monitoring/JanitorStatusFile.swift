import Media

/// A sweep that has ended, for scrapes that show one.
enum JanitorStatusFile {
    static func write(storage: String) throws {
        let findings = ["unattached": JanitorStatus.Findings(rows: 1, files: 3, bytes: 40)]
        try JanitorStatus(.done, at: 1_700_000_000, after: nil, seconds: 1, findings: findings).write(storage: storage)
    }
}
