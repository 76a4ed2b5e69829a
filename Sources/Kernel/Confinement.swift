import CKernel
import Glibc

/// What the worker gives up before it reads the first byte of a picture. None of it can be taken back.
package enum Confinement {
    /// Bytes of any file it writes: far above any variant.
    private static let fileByteCount: UInt = 16 << 20
    private static let openFileCount: UInt = 64
    /// Bytes. A backstop only: an allocation that fails makes libvips 8.14 return wrong pixels, so the server's ceiling
    /// on resident memory, which kills, must come first.
    private static let addressSpaceByteCount: UInt = 2 << 30
    /// Chat comes first on the one core.
    private static let niceness: Int32 = 10

    package enum Failure: Error, CustomStringConvertible {
        case limits
        case landlock(Int32)
        case seccomp(Int32)

        package var description: String {
            switch self {
            case .limits: "the worker cannot limit itself"
            case .landlock(let code): "the worker cannot give up files (Landlock, errno \(code))"
            case .seccomp(let code): "the worker cannot give up system calls (seccomp, errno \(code))"
            }
        }
    }

    /// Sets resource limits and priorities; comes first.
    /// - Throws: ``Failure`` when a limit that others rely on cannot be set.
    package static func limitResources() throws(Failure) {
        // A parent that has ended before this line is noticed by the end of standard input.
        guard snug_die_with_parent() == 0, snug_gain_no_privileges() == 0, snug_limit_core_size(0) == 0,
            snug_limit_open_files(openFileCount) == 0,
            snug_limit_file_size(fileByteCount) == 0,
            snug_limit_address_space(addressSpaceByteCount) == 0
        else { throw .limits }
        // Best effort: a container may forbid them, and nothing but fairness is lost.
        _ = snug_set_nice(niceness)
        preferOOMKill()
    }

    /// Gives up files by path and reaching other processes, where the kernel has Landlock; comes after every library
    /// has opened what it needs. The descriptors that are open stay.
    /// - Returns: whether the kernel has it. Without it, ``dropSystemCalls()`` refuses the same.
    package static func dropFileAccess() throws(Failure) -> Bool {
        let version = snug_landlock_version()
        guard version > 0 else { return false }
        guard snug_landlock_everything(version) == 0 else { throw .landlock(errno) }
        return true
    }

    /// Gives up every system call but those for memory, threads, time and open descriptors; comes last.
    package static func dropSystemCalls() throws(Failure) {
        guard snug_seccomp_everything() == 0 else { throw .seccomp(errno) }
    }

    /// When memory runs out, the kernel shall end this process and not the server (proc(5), "oom_score_adj").
    private static func preferOOMKill() {
        let descriptor = unsafe open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = unsafe write(descriptor, "1000", 4)
        close(descriptor)
    }
}
