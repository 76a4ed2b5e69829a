import CKernel
import Glibc

extension SystemCall {
    /// Waits until everything that was written to the file system of `path` is on the disk.
    package static func syncFileSystem(of path: String) throws(FileFailure) {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        guard snug_sync_file_system(descriptor) == 0 else { throw FileFailure("syncfs") }
    }

    /// The space of the file system of `path`, in bytes. What it keeps for root does not count as free.
    package static func space(at path: String) throws(FileFailure) -> (free: Int, total: Int) {
        var info = statvfs()
        guard unsafe statvfs(path, &info) == 0 else { throw FileFailure("statvfs") }
        let blockSize = Int(info.f_frsize)
        return (Int(info.f_bavail) * blockSize, Int(info.f_blocks) * blockSize)
    }

    /// Sets the mode and the time of the last change of an open file.
    ///
    /// - Parameter modifiedAt: Nanoseconds since 1970, UTC.
    package static func set(mode: mode_t, modifiedAt: Int64, of descriptor: Int32) throws(FileFailure) {
        guard fchmod(descriptor, mode) == 0 else { throw FileFailure("chmod") }
        let time = timespec(tv_sec: Int(modifiedAt / 1_000_000_000), tv_nsec: Int(modifiedAt % 1_000_000_000))
        guard unsafe futimens(descriptor, [time, time]) == 0 else { throw FileFailure("futimens") }
    }

    /// The absolute path without symbolic links, of a file that exists.
    package static func realPath(_ path: String) throws(FileFailure) -> String {
        guard let resolved = unsafe realpath(path, nil) else { throw FileFailure("realpath") }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
