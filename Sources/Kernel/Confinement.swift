import CKernel
import Glibc

/// Rights that the worker drops before it reads the first byte of a picture. None of them can be regained.
package enum Confinement {
    /// Size limit of each file that the worker writes, in bytes; far above any variant.
    private static let fileByteCount: UInt = 16 << 20
    private static let openFileCount: UInt = 64
    /// Bytes. Only a backstop: when an allocation fails, libvips 8.14 returns wrong pixels, so the server's limit on
    /// resident memory, which kills the worker, must be reached first.
    private static let addressSpaceByteCount: UInt = 2 << 30
    /// Chat has priority on a single core.
    private static let niceness: Int32 = 10

    package enum Failure: Error, CustomStringConvertible {
        case limits
        case landlock(Int32)
        case seccomp(Int32)

        package var description: String {
            switch self {
            case .limits: "the worker cannot limit its resources"
            case .landlock(let code): "the worker cannot drop its access to files (Landlock, errno \(code))"
            case .seccomp(let code): "the worker cannot drop system calls (seccomp, errno \(code))"
            }
        }
    }

    /// Sets resource limits and priorities. To be called first.
    /// - Throws: ``Failure`` when a limit that the server relies on cannot be set.
    package static func limitResources() throws(Failure) {
        // If the parent ended before this line, the worker finds standard input closed.
        guard snug_die_with_parent() == 0, snug_gain_no_privileges() == 0, snug_limit_core_size(0) == 0,
            snug_limit_open_files(openFileCount) == 0,
            snug_limit_file_size(fileByteCount) == 0,
            snug_limit_address_space(addressSpaceByteCount) == 0
        else { throw .limits }
        // Best effort: a container may forbid both, which costs nothing but fairness.
        _ = snug_set_nice(niceness)
        preferOOMKill()
    }

    /// Drops access to files by path and to other processes with Landlock, if the kernel has it. To be called after
    /// every library has opened what it needs; open descriptors remain usable.
    /// - Returns: whether the kernel has Landlock. Without it, ``dropSystemCalls()`` blocks the same.
    package static func dropFileAccess() throws(Failure) -> Bool {
        let version = snug_landlock_version()
        guard version > 0 else { return false }
        guard snug_landlock_everything(version) == 0 else { throw .landlock(errno) }
        return true
    }

    /// Drops every system call except those for memory, threads, time and open descriptors. To be called last.
    package static func dropSystemCalls() throws(Failure) {
        guard snug_seccomp_everything() == 0 else { throw .seccomp(errno) }
    }

    /// Makes the kernel kill this process before the server when memory runs out (proc(5), "oom_score_adj").
    private static func preferOOMKill() {
        let descriptor = unsafe open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = unsafe write(descriptor, "1000", 4)
        close(descriptor)
    }
}
