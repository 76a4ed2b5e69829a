import FoundationEssentials
import Glibc
import Kernel

/// Resources used by a process, as counted by the kernel.
struct ProcessUsage: Equatable, Sendable {
    /// Resident memory, in bytes.
    var residentByteCount = 0
    /// Processor time of all its threads since it started, including ended threads.
    var processorTime = Duration.zero
}

/// Measures another process with `/proc`, which never waits for a disk.
struct ProcessMeter {
    private let statistics: OpenFile

    /// Nil when there is no such process.
    init?(of processID: Int32) {
        guard let file = try? OpenFile("/proc/\(processID)/stat") else { return nil }
        statistics = file
    }

    /// Nil when the process is gone. For a process that has ended and is not yet reaped, both values are 0 or constant.
    var usage: ProcessUsage? {
        guard let line = try? statistics.read(at: 0, count: 1_024) else { return nil }
        return ProcessUsage(statistics: line, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), pageSize: Int(getpagesize()))
    }
}

extension ProcessUsage {
    /// Parses a line of proc_pid_stat(5); nil when it is malformed.
    ///
    /// The process chooses its own name, which is in parentheses and may contain parentheses: fields are counted from
    /// the last one.
    init?(statistics line: [UInt8], ticksPerSecond: Int, pageSize: Int) {
        guard let nameEnd = line.lastIndex(of: UInt8(ascii: ")")), ticksPerSecond > 0 else { return nil }
        // The third field of the manual is the first one here.
        let fields = line[(nameEnd + 1)...].split(separator: UInt8(ascii: " "))
        func number(_ field: Int) -> Int? {
            guard fields.indices.contains(field - 3) else { return nil }
            return Int(String(decoding: fields[field - 3], as: UTF8.self))
        }
        guard let user = number(14), let system = number(15), let pages = number(24) else { return nil }
        residentByteCount = pages * pageSize
        processorTime = .milliseconds((user + system) * 1_000 / ticksPerSecond)
    }
}
