import FoundationEssentials
import Glibc

/// What the file system says about one name.
struct FileFacts {
    let byteCount: Int
    /// UTC, whole seconds.
    let modifiedAt: Date
    let isRegularFile: Bool

    init(_ info: stat) {
        byteCount = Int(info.st_size)
        modifiedAt = Date(timeIntervalSince1970: Double(info.st_mtim.tv_sec))
        isRegularFile = info.st_mode & S_IFMT == S_IFREG
    }
}
