import Glibc

/// A file that occupies disk space, so that removing it makes room when the disk is full. All calls block.
package struct DiskReserve: Sendable {
    package let path: String
    /// Bytes that it occupies.
    package let byteCount: Int

    package init(path: String, byteCount: Int) {
        self.path = path
        self.byteCount = byteCount
    }

    /// Creates the file, or gives an existing one all of its blocks: a copy may have holes. If there is not enough
    /// space, nothing is left.
    package func make() throws(FileFailure) {
        let descriptor = try SystemCall.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        defer { close(descriptor) }
        // Unlike a file that is only extended, this has blocks of its own (posix_fallocate(3)).
        let result = posix_fallocate(descriptor, 0, off_t(byteCount))
        guard result == 0 else {
            try SystemCall.remove(path)
            throw FileFailure("fallocate", code: result)
        }
    }

    /// Removes the file. Returns whether it existed.
    @discardableResult
    package func release() throws(FileFailure) -> Bool {
        try SystemCall.remove(path)
    }
}
