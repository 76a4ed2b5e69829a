import Glibc

/// A file open for reading; closed when the last reference goes.
package final class OpenFile: Sendable {
    private let descriptor: Int32
    /// Size when it was opened, in bytes.
    package let byteCount: Int

    /// Opens the regular file at `path`. Blocking.
    /// - Throws: ``FileFailure``; `isMissing` when there is no such file.
    package init(_ path: String) throws(FileFailure) {
        descriptor = try SystemCall.open(path, O_RDONLY | O_NOFOLLOW)
        var info = stat()
        guard unsafe fstat(descriptor, &info) == 0 else {
            let failure = FileFailure("stat")
            close(descriptor)
            throw failure
        }
        byteCount = Int(info.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file. Blocking.
    package func read(at offset: Int, count: Int) throws(FileFailure) -> [UInt8] {
        try readBytes(of: descriptor, at: offset, count: count)
    }
}

/// Up to `count` bytes from `offset` of an open file, carrying on after short reads.
func readBytes(of descriptor: Int32, at offset: Int, count: Int) throws(FileFailure) -> [UInt8] {
    var failed: FileFailure?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count {
            let result = unsafe pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
            if result < 0 && errno == EINTR { continue }
            if result < 0 { failed = FileFailure("read") }
            if result <= 0 { return }
            filled += result
        }
    }
    if let failed { throw failed }
    return bytes
}
