import FoundationEssentials
import Glibc

/// Swift wrappers of file system calls. All of them block.
package enum SystemCall {
    /// An unnamed file in a folder. The value is in the kernel's `asm-generic/fcntl.h`; glibc hides it from Swift.
    static let unnamedFile: Int32 = 0o20_000_000 | O_DIRECTORY

    /// Opens `path`; the descriptor is closed in child processes.
    package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(FileFailure) -> Int32 {
        let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileFailure("open") }
        return descriptor
    }

    /// Creates a folder with exactly `mode`, whatever the umask. Returns whether it is new.
    @discardableResult
    package static func makeFolder(_ path: String, mode: mode_t) throws(FileFailure) -> Bool {
        guard unsafe mkdir(path, mode) == 0 else {
            if errno == EEXIST { return false }
            throw FileFailure("mkdir")
        }
        guard unsafe chmod(path, mode) == 0 else { throw FileFailure("chmod") }
        return true
    }

    /// Creates an empty file with exactly `mode`, whatever the umask, unless it exists.
    package static func makeFile(_ path: String, mode: mode_t) throws(FileFailure) {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if descriptor < 0, errno == EEXIST { return }
        guard descriptor >= 0 else { throw FileFailure("open") }
        defer { Glibc.close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw FileFailure("chmod") }
    }

    /// Gives the file at `source` a second name. Never replaces.
    package static func link(_ source: String, to target: String) throws(FileFailure) {
        guard unsafe linkat(AT_FDCWD, source, AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0 else {
            throw FileFailure("link")
        }
    }

    /// Renames atomically and replaces an existing file.
    package static func rename(_ source: String, to target: String) throws(FileFailure) {
        guard unsafe Glibc.rename(source, target) == 0 else { throw FileFailure("rename") }
    }

    /// Removes a name. Returns whether it existed.
    @discardableResult
    package static func remove(_ path: String) throws(FileFailure) -> Bool {
        if unsafe unlink(path) == 0 { return true }
        guard errno == ENOENT else { throw FileFailure("unlink") }
        return false
    }

    /// Removes an empty folder. Returns whether it is gone; a folder that is not empty stays.
    package static func removeFolder(_ path: String) throws(FileFailure) -> Bool {
        if unsafe rmdir(path) == 0 || errno == ENOENT { return true }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw FileFailure("rmdir") }
        return false
    }

    /// Sets the time at which a file was modified to now, without following a symbolic link.
    package static func touch(_ path: String) throws(FileFailure) {
        guard unsafe utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) == 0 else { throw FileFailure("utimensat") }
    }

    /// Makes changes of the names in a folder durable.
    package static func syncFolder(_ path: String) throws(FileFailure) {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure("fsync") }
    }

    /// Status of the file at `path`, without following a symbolic link; nil when there is none.
    package static func facts(_ path: String) throws(FileFailure) -> FileFacts? {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else {
            if errno == ENOENT { return nil }
            throw FileFailure("stat")
        }
        return FileFacts(info)
    }
}

/// The status of a file.
package struct FileFacts {
    package let byteCount: Int
    /// UTC, whole seconds.
    package let modifiedAt: Date
    /// Nanoseconds since 1970, UTC.
    package let modifiedAtNanoseconds: Int64
    /// Not a folder, link or device.
    package let isRegularFile: Bool
    /// Whether or not its target exists.
    package let isSymbolicLink: Bool
    package let isFolder: Bool
    /// Permission bits.
    package let mode: mode_t

    init(_ info: stat) {
        byteCount = Int(info.st_size)
        modifiedAt = Date(timeIntervalSince1970: Double(info.st_mtim.tv_sec))
        modifiedAtNanoseconds = Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec)
        isRegularFile = info.st_mode & S_IFMT == S_IFREG
        isSymbolicLink = info.st_mode & S_IFMT == S_IFLNK
        isFolder = info.st_mode & S_IFMT == S_IFDIR
        mode = info.st_mode & 0o7777
    }

    /// Whether its permissions are a subset of `limit`.
    package func isWithin(_ limit: mode_t) -> Bool { mode & 0o777 & ~limit == 0 }
}

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
