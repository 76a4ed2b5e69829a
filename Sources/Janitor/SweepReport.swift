import Foundation

/// The result of a sweep.
struct SweepReport: Encodable, Sendable, Equatable, CustomStringConvertible {
    /// One kind of leftovers.
    struct Entry: Encodable, Sendable, Equatable {
        /// Rows that were removed or marked, or would be.
        var rows = 0
        /// Files that were removed or moved, or would be.
        var files = 0
        /// Bytes of those files.
        var bytes = 0
    }

    let dryRun: Bool
    /// Unfinished uploads.
    var receiving = Entry()
    /// Uploads that no message uses.
    var unattached = Entry()
    /// Deleted attachments, including those marked above.
    var deleted = Entry()
    /// Deleted rooms and their messages.
    var rooms = Entry()
    /// Old events in the log.
    var log = Entry()
    /// Expired idempotency keys.
    var keys = Entry()
    /// Files without a row: moved to the trash, or only counted if the sweep was stopped.
    var unknown = Entry()
    /// Files deleted from the trash.
    var trash = Entry()
    /// True if the sweep moved no files, because too many had no row.
    var wasStopped = false
    var seconds = 0.0

    init(dryRun: Bool) {
        self.dryRun = dryRun
    }

    private enum CodingKeys: String, CodingKey {
        case dryRun = "dry_run"
        case receiving, unattached, deleted, rooms, log, keys, unknown, trash
        case wasStopped = "stopped"
        case seconds
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var description: String {
        let verb = dryRun ? "would be" : "were"
        var lines = [
            "\(receiving.rows) unfinished and \(unattached.rows) unattached uploads \(verb) marked as deleted",
            "\(deleted.rows) deleted attachments with \(deleted.files) files, \(deleted.bytes) bytes, \(verb) removed",
            "\(rooms.rows) rows of deleted rooms \(verb) removed",
            "\(log.rows) old events \(verb) removed from the log",
            "\(keys.rows) idempotency keys \(verb) removed",
            "\(unknown.files) files without a row, \(unknown.bytes) bytes, "
                + (wasStopped ? "were left where they are" : "\(verb) moved to the trash"),
            "\(trash.files) files, \(trash.bytes) bytes, \(verb) removed from the trash",
        ]
        if wasStopped {
            lines.append("STOPPED: too many files have no row. Is this the right database?")
        }
        return lines.joined(separator: "\n")
    }
}
