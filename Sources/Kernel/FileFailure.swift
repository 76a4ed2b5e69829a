import Glibc

/// A file operation that the kernel refused.
package struct FileFailure: Error, Hashable, CustomStringConvertible {
    /// The operation that failed, for the log.
    package let operation: String
    /// The kernel's reason (`errno`).
    package let code: Int32

    package init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    /// No file has that name.
    package var isMissing: Bool { code == ENOENT }
    /// A file of that name exists.
    package var isTaken: Bool { code == EEXIST }
    /// The disk or the quota of this user is full.
    package var isStorageFull: Bool { code == ENOSPC || code == EDQUOT }

    /// The disk fails, or was remounted read-only after a failure.
    package var isDiskTrouble: Bool { code == EIO || code == EROFS }

    /// The two paths are on different file systems or mounts.
    package var isSplit: Bool { code == EXDEV }

    /// The kernel's reason in words, such as "Permission denied".
    package var reason: String { unsafe String(cString: strerror(code)) }

    /// For the log. Contains no path, so that none can reach a client.
    package var description: String { "\(operation): \(reason)" }
}
