import ChatSQLite
import Vocabulary

/// Compares the files in a manifest with the rows of the copied database. Both have them in the order of their ids.
struct RowComparison {
    private var pages: AttachmentPages
    private var id: BlobID?
    /// Files of the attachment with that id that the manifest has not named yet.
    private var expected: [MediaFile] = []

    init(of database: DatabaseCopy) {
        pages = AttachmentPages(of: database)
    }

    /// Compares the next file.
    ///
    /// - Throws: `EngineError`.
    mutating func compare(_ entry: Manifest.Entry, _ report: inout Verification.Report) throws {
        guard let blob = entry.blob else { return }
        while let next = try pages.peek(), BlobID(next.id.uuid) <= blob {
            reportUnnamed(&report)
            (id, expected) = (BlobID(next.id.uuid), next.files)
            _ = try pages.next()
        }
        guard id == blob, let index = expected.firstIndex(where: { $0.path == entry.path }) else {
            report.add("\(entry.path): no row refers to it")
            return
        }
        let file = expected.remove(at: index)
        if let sha256 = file.sha256, sha256 != entry.sha256, !entry.isLost {
            report.add("\(entry.path): differs from what was uploaded")
        }
    }

    /// Looks for rows without files after the last file.
    ///
    /// - Throws: `EngineError`.
    mutating func end(_ report: inout Verification.Report) throws {
        reportUnnamed(&report)
        while let next = try pages.next() {
            expected = next.files
            reportUnnamed(&report)
        }
    }

    private mutating func reportUnnamed(_ report: inout Verification.Report) {
        for file in expected { report.add("\(file.path): a row refers to it, and the backup does not have it") }
        expected = []
    }
}
