import Foundation
import Glibc
import Kernel

/// What the kernel knows about this process. Reading it blocks, but not for a disk.
struct ProcessMeasures: Sendable {
    /// Nil if it cannot be counted, for example because no descriptor is left for counting.
    let openFiles: Int?
    let maxFiles: Int?
    let residentBytes: Int?
    /// In user and kernel mode.
    let processorSeconds: Double

    static func read() -> ProcessMeasures {
        var limit = rlimit()
        let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return ProcessMeasures(
            openFiles: try? countOpenFiles(),
            maxFiles: hasLimit ? Int(clamping: limit.rlim_cur) : nil,
            residentBytes: ResidentMemory(of: getpid())?.byteCount,
            processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds
        )
    }

    private static func countOpenFiles() throws -> Int {
        var listing = try FolderListing("/proc/self/fd")
        var count = 0
        while try listing.next() != nil { count += 1 }
        // Without the descriptor of the listing.
        return count - 1
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1_000_000 }
}
