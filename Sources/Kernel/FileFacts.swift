import FoundationEssentials
import Glibc

/// The status of a file.
package struct FileFacts {
    package let byteCount: Int
    /// UTC, whole seconds.
    package let modifiedAt: Date
    /// Not a folder, link or device.
    package let isRegularFile: Bool
    /// Whether or not its target exists.
    package let isSymbolicLink: Bool
    /// Permission bits.
    package let mode: mode_t

    init(_ info: stat) {
        byteCount = Int(info.st_size)
        modifiedAt = Date(timeIntervalSince1970: Double(info.st_mtim.tv_sec))
        isRegularFile = info.st_mode & S_IFMT == S_IFREG
        isSymbolicLink = info.st_mode & S_IFMT == S_IFLNK
        mode = info.st_mode & 0o7777
    }

    /// Whether its permissions are a subset of `limit`.
    package func isWithin(_ limit: mode_t) -> Bool { mode & 0o777 & ~limit == 0 }
}
