import Chat
import ChatSQLite
import Foundation
import Kernel
import Media

/// One backup: a folder that is laid out like a storage and has a manifest.
struct BackupFolder: Sendable, Equatable {
    let path: String

    /// The backup at `path`, or the newest one in a folder of backups.
    ///
    /// - Throws: `CommandFailure` if there is none.
    init(at path: String) throws {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        if FileManager.default.fileExists(atPath: "\(path)/\(Manifest.fileName)") {
            self.path = path
        } else if let newest = BackupName.completed(in: path).last {
            self.path = "\(path)/\(newest.text)"
        } else if access(path, R_OK | X_OK) != 0 {
            throw CommandFailure("\(path) cannot be read by \(FileOwner.current): \(FileFailure("").reason).")
        } else {
            throw CommandFailure("\(path) is neither a complete backup nor a folder with one.")
        }
    }

    init(complete path: String) {
        self.path = path
    }

    var name: String { URL(fileURLWithPath: path).lastPathComponent }
    var manifestPath: String { "\(path)/\(Manifest.fileName)" }
    var database: DatabaseCopy { DatabaseCopy(path: "\(path)/\(Store.fileName)") }

    func path(of entry: Manifest.Entry) -> String { "\(path)/\(entry.path)" }
}

/// The name of a backup: the time at which it began, in UTC.
struct BackupName: Comparable, Hashable, Sendable {
    /// Such as `2026-11-28T100414Z`. Names sort by time.
    let text: String

    /// Added while the backup is being made or removed.
    static let unfinishedSuffix = ".unfinished"
    private static let pattern = "dddd-dd-ddTddddddZ"

    init(_ time: Date) {
        let style = Date.ISO8601FormatStyle(timeSeparator: .omitted, timeZone: .gmt)
        text = time.formatted(style)
    }

    /// Nil for any other name.
    init?(_ text: String) {
        let fits =
            text.utf8.count == Self.pattern.utf8.count
            && zip(text.utf8, Self.pattern.utf8).allSatisfy { byte, place in
                place == UInt8(ascii: "d") ? (48...57).contains(byte) : byte == place
            }
        guard fits else { return nil }
        self.text = text
    }

    static func < (left: BackupName, right: BackupName) -> Bool { left.text < right.text }

    /// The complete backups in a folder, oldest first.
    static func completed(in folder: String) -> [BackupName] {
        names(in: folder).compactMap { BackupName($0) }
            .filter { FileManager.default.fileExists(atPath: "\(folder)/\($0.text)/\(Manifest.fileName)") }
            .sorted()
    }

    /// The folders of backups that were not finished, or whose removal was not.
    static func unfinished(in folder: String) -> [String] {
        names(in: folder).filter { name in
            name.hasSuffix(unfinishedSuffix) && BackupName(String(name.dropLast(unfinishedSuffix.count))) != nil
        }
    }

    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
