import Chat

/// The reason why a database is not opened, as one line for the operator. Nothing has been changed.
package enum DatabaseRefusal: Error, Equatable, CustomStringConvertible {
    /// It has migrations that this release does not know.
    case newer(path: String, steps: [String])
    /// It lacks migrations, which only the server applies.
    case older(path: String)
    /// The log beside it was written for another state of the file.
    case foreignLog(path: String)
    /// Its pages are inconsistent when it is read with the log beside it.
    case damaged(path: String)
    /// Messages have been archived, and the archive is not there.
    case noArchive(path: String)
    /// The archive belongs to another database.
    case foreignArchive(path: String)
    /// The archive lacks messages that have been removed from the database.
    case olderArchive(path: String)
    /// The archive was made by a newer release.
    case newerArchive(path: String)
    /// Its mark cannot be written.
    case mark(path: String, reason: String)

    package var description: String {
        switch self {
        case .newer(let path, let steps):
            "\(path) was made by a newer Snug than \(Release.version) (its schema has \(steps.joined(separator: ", "))). "
                + "Install that version again, or put back a backup from before it."
        case .older(let path):
            "\(path) was made by an older Snug than \(Release.version). Start snug-server of this version once."
        case .foreignLog(let path):
            "\(path) is not the file that \(path)-wal belongs to: it was replaced while the log was left. If you have "
                + "put back a backup, remove \(path)-wal and \(path)-shm; if not, put back the file that was here."
        case .damaged(let path):
            "\(path) is damaged, or \(path)-wal belongs to another file. If you have put back a backup, put it back once "
                + "more and remove \(path)-wal and \(path)-shm; if not, check the disk and put back the last backup."
        case .noArchive(let path):
            "\(path) is missing: it holds the old messages of the database beside it. Put it back; a backup of the "
                + "database includes it."
        case .foreignArchive(let path):
            "\(path) holds the old messages of another database. Put back the one that belongs to the database beside "
                + "it; if that has never archived messages, move \(path) away."
        case .olderArchive(let path):
            "\(path) lacks old messages of the database beside it: it is older. Put back an archive that was copied "
                + "together with the database, or later."
        case .newerArchive(let path):
            "\(path) was made by a newer Snug than \(Release.version). Install that version again."
        case .mark(let path, let reason):
            "\(path) cannot be written: \(reason)."
        }
    }
}
