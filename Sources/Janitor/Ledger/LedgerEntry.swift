import Foundation

/// A line of the ledger.
struct LedgerEntry: Encodable, Sendable, Equatable {
    enum Action: String, Encodable, Sendable {
        /// A file is about to be removed, or rows have been.
        case remove
        /// A file is about to be moved to the trash.
        case trash
        /// A file was put back from the trash.
        case restore
        /// Rows have been marked as deleted.
        case mark
        /// Rows have been moved to the archive.
        case archive
        /// Pictures have been queued for rendering.
        case render
        /// A file could not be removed or moved after all.
        case failed
    }

    let at: Date
    /// The step of the sweep, or the command.
    let step: String
    let action: Action
    let why: String
    /// Name of the file: the id of its attachment, and for a variant its size and format.
    var file: String?
    /// Time since the file was last modified, in seconds.
    var ageSeconds: Int?
    /// Size of the file.
    var bytes: Int?
    /// Of an original whose row is known, in hex.
    var sha256: String?
    /// Number of rows.
    var rows: Int?

    private enum CodingKeys: String, CodingKey {
        case at, step, action, why, file, bytes, sha256, rows
        case ageSeconds = "age_seconds"
    }

    init(at: Date, step: String, action: Action, why: String) {
        self.at = at
        self.step = step
        self.action = action
        self.why = why
    }
}
