import Glibc

/// A file operation that the kernel refused.
package struct FileFailure: Error, Hashable, CustomStringConvertible {
    /// What was tried, as a word for the log.
    package let operation: String
    /// The kernel's reason (`errno`).
    package let code: Int32

    package init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    /// There was nothing of that name.
    package var isMissing: Bool { code == ENOENT }
    /// The name was taken.
    package var isTaken: Bool { code == EEXIST }
    /// The disk, or this user's share of it, is full.
    package var isStorageFull: Bool { code == ENOSPC || code == EDQUOT }

    /// The disk cannot do it, or only be read since it could not.
    package var isDiskTrouble: Bool { code == EIO || code == EROFS }

    /// The two places are on different file systems, or different mounts of one.
    package var isSplit: Bool { code == EXDEV }

    /// The kernel's reason in words, such as "Permission denied".
    package var reason: String { unsafe String(cString: strerror(code)) }

    /// For the log: holds no path, so that it cannot carry one to a client either.
    package var description: String { "\(operation): \(reason)" }
}
