import CKernel
import Glibc

/// What a process holds in memory. Reads `/proc`, which does not wait for a disk.
package struct ResidentMemory {
    private let statistics: OpenFile

    /// Nil when there is no such process. The file is kept open, for a process that will give up opening files.
    package init?(of processID: Int32) {
        guard let file = try? OpenFile("/proc/\(processID)/statm") else { return nil }
        statistics = file
    }

    /// Bytes; nil when the process has ended.
    package var byteCount: Int? {
        // proc_pid_statm(5): total size, then resident pages.
        guard let text = try? statistics.read(at: 0, count: 128),
            let pages = Int(String(decoding: text, as: UTF8.self).split(separator: " ").dropFirst().first ?? "")
        else { return nil }
        return pages * Int(getpagesize())
    }

    /// Gives pages of this process that nothing is in back to the kernel.
    package static func giveUnusedBack() { snug_give_memory_back() }
}
