import CKernel
import Glibc

/// Measures the resident memory of a process from `/proc`, which never waits for a disk.
package struct ResidentMemory {
    private let statistics: OpenFile

    /// Nil when there is no such process. The file stays open, so that a process can still measure itself after it has
    /// dropped its access to files.
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

    /// Returns unused pages of this process to the kernel.
    package static func releaseUnused() { snug_trim_heap() }
}
