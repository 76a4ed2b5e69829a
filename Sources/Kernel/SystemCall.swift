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
