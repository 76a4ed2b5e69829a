import Chat

/// What a backup contains.
struct BackupReport: Sendable {
    var attachmentCount = 0
    /// Files that were read and written.
    var copiedCount = 0
    var copiedByteCount = 0
    /// Files that are hard links to those of the previous backup.
    var linkedCount = 0
    /// Of all files, keys and databases.
    var byteCount = 0
    /// Originals that neither the storage nor the previous backup has.
    var missing = PathList()
    /// Originals that differ from what was uploaded, in the storage and so in the backup.
    var damaged = PathList()
    /// Originals that the storage has lost and the previous backup had.
    var rescued = PathList()
    /// Pictures whose variants were removed during the backup.
    var unrendered: [Attachment.ID] = []

    /// Why files of the previous backup were copied again.
    var earlierDamage: String?

    /// Whether the storage itself has lost something.
    var hasLosses: Bool { missing.count + damaged.count + rescued.count > 0 }
}

/// A number of files, of which the first are named.
struct PathList: Sendable, Equatable {
    private static let limit = 5

    private(set) var count = 0
    private var first: [String] = []

    mutating func add(_ path: String) {
        count += 1
        if first.count < Self.limit { first.append(path) }
    }

    fileprivate var names: String {
        first.joined(separator: ", ") + (count > first.count ? " and \(count - first.count) more" : "")
    }
}

extension BackupReport: CustomStringConvertible {
    var description: String {
        var lines = [
            "\(attachmentCount) uploads: \(copiedCount) files copied, \(copiedByteCount) bytes; \(linkedCount) files linked; "
                + "\(byteCount) bytes in all"
        ]
        if !unrendered.isEmpty {
            lines.append("\(unrendered.count) pictures of deleted messages will be rendered again after a restore")
        }
        if let earlierDamage {
            lines.append(
                "WARNING: the manifest of the previous backup is damaged, and files were copied: \(earlierDamage)"
            )
        }
        if missing.count > 0 {
            lines.append("WARNING: the storage has lost \(missing.count) originals: \(missing.names)")
        }
        if damaged.count > 0 {
            lines.append("WARNING: the storage has \(damaged.count) damaged originals: \(damaged.names)")
        }
        if rescued.count > 0 {
            lines.append(
                "WARNING: the storage has lost \(rescued.count) originals that the previous backup had: \(rescued.names)"
            )
        }
        return lines.joined(separator: "\n")
    }
}
