import Foundation
import Hashing
import Vocabulary

/// The list of the files in a backup, one JSON object a line. It is written last, so a backup without one is not
/// complete. Its last line has the hash of all lines before it.
enum Manifest {
    static let fileName = "manifest.jsonl"
    /// Raised when a program that reads the format below would misread the new one.
    static let format = 1

    /// The first line.
    struct Header: Codable, Equatable, Sendable {
        var format: Int
        /// The release that made the backup.
        var snug: String
        /// UTC, as in the name of the folder.
        var made_at: String
    }

    /// A file.
    struct Entry: Codable, Equatable, Sendable {
        /// From the backup's folder, which is laid out like a storage.
        var path: String
        var bytes: Int
        /// 64 lower-case hex digits.
        var sha256: String
        /// Four octal digits.
        var mode: String
        /// Nanoseconds since 1970, UTC.
        var modified_at: Int64
        /// True for an original that the storage had lost; the backup does not have it either.
        var missing: Bool?
        /// True for an original that was not as uploaded in the storage; the backup has it as it was.
        var damaged: Bool?
    }

    /// The last line.
    struct Footer: Codable, Equatable, Sendable {
        /// Number of files.
        var files: Int
        /// Total size of the files.
        var bytes: Int
        /// Of all lines before this one, line ends included; 64 lower-case hex digits.
        var sha256: String
    }
}

extension Manifest.Entry {
    var isMissing: Bool { missing ?? false }

    /// Whether the storage did not have the file as it was uploaded.
    var isLost: Bool { isMissing || damaged ?? false }

    /// Nil if `mode` is not a mode.
    var permissions: mode_t? { mode.count == 4 ? mode_t(mode, radix: 8) : nil }

    static func modeText(_ mode: mode_t) -> String {
        let digits = String(mode & 0o777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The upload that the file belongs to; nil for files outside the media folder.
    var blob: BlobID? {
        guard isMedia, let name = path.split(separator: "/").last else { return nil }
        return BlobID(name.prefix { $0 != "." })
    }

    var isMedia: Bool { path.hasPrefix("media/") }

    /// Whether the path stays inside the folder that it is appended to.
    var hasSafePath: Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !path.utf8.contains(0)
    }
}
