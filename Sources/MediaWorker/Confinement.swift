import CVips
import Glibc

/// What the process gives up before it reads the first byte of a picture.
enum Confinement {
    /// Bytes of any file it writes: far above any variant.
    private static let fileByteCount: UInt = 16 << 20
    private static let openFileCount: UInt = 64
    /// Bytes. A backstop only: an allocation that fails makes libvips 8.14 return wrong pixels, so the server's ceiling
    /// on resident memory, which kills, must come first.
    private static let addressSpaceByteCount: UInt = 2 << 30
    /// Chat comes first on the one core.
    private static let niceness: Int32 = 10

    /// - Throws: ``Failure`` when a limit that others rely on cannot be set.
    static func apply() throws(Failure) {
        // A parent that has ended before this line is noticed by the end of standard input.
        guard snug_die_with_parent() == 0, snug_gain_no_privileges() == 0, snug_limit_core_size(0) == 0,
            snug_limit_open_files(openFileCount) == 0,
            snug_limit_file_size(fileByteCount) == 0,
            snug_limit_address_space(addressSpaceByteCount) == 0
        else { throw .limit }
        // Best effort: a container may forbid them, and nothing but fairness is lost.
        _ = snug_be_nice(niceness)
        volunteerForKilling()
    }

    enum Failure: Error, CustomStringConvertible {
        case limit

        var description: String { "the worker cannot confine itself" }
    }

    /// When memory runs out, the kernel shall end this process and not the server (proc(5), "oom_score_adj").
    private static func volunteerForKilling() {
        let descriptor = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, "1000", 4)
        close(descriptor)
    }
}
