import Glibc

/// What a process holds in memory.
package enum ResidentMemory {
    /// Bytes; nil when there is no such process. Reads `/proc`, which does not wait for a disk.
    package static func byteCount(of processID: Int32) -> Int? {
        // proc_pid_statm(5): total size, then resident pages.
        guard let file = try? OpenFile("/proc/\(processID)/statm"),
            let text = try? file.read(at: 0, count: 128),
            let pages = Int(String(decoding: text, as: UTF8.self).split(separator: " ").dropFirst().first ?? "")
        else { return nil }
        return pages * Int(getpagesize())
    }
}
