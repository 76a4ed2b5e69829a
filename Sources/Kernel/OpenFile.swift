import Glibc

/// A file open for reading; closed with its last reference.
package final class OpenFile: Sendable {
    /// Valid while this object is; to pass the file to another process.
    package let descriptor: Int32
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

    /// Takes ownership of the descriptor of a regular file, and closes it even if this throws. Finds the size without
    /// asking for the status of the file, which the sandbox of the worker forbids.
    package init(taking descriptor: Int32) throws(FileFailure) {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else {
            let failure = FileFailure("seek")
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        byteCount = Int(end)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file. Blocking.
    package func read(at offset: Int, count: Int) throws(FileFailure) -> [UInt8] {
        try readBytes(of: descriptor, at: offset, count: count)
    }
}

/// Up to `count` bytes from `offset` of an open file, continuing after short reads.
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

/// Writes all of `bytes` at the position of an open file, continuing after short writes. Blocking.
package func writeBytes(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(FileFailure) {
    var written = 0
    while written < bytes.count {
        let result = unsafe write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if result < 0 && errno == EINTR { continue }
        guard result > 0 else { throw FileFailure("write") }
        written += result
    }
}
