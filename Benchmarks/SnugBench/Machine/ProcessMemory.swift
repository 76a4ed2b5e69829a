/// Memory of one process, in bytes, as the kernel counts it.
struct ProcessMemory: Sendable {
    /// Pages in memory, shared libraries included.
    let resident: Int
    /// The part that is the process's own.
    let anonymous: Int
    /// The most that was ever resident.
    let peak: Int

    init(processID: Int32) throws {
        let table = try ControlFile.table("/proc/\(processID)/status")
        resident = table["VmRSS", default: 0] * 1024
        anonymous = table["RssAnon", default: 0] * 1024
        peak = table["VmHWM", default: 0] * 1024
    }

    /// Anonymous memory of a process and its children, in bytes. Used without a control group.
    static func anonymousOfFamily(processID: Int32) throws -> Int {
        let family = [processID] + (try ProcessChildren.of(processID))
        return family.reduce(0) { sum, member in
            sum + ((try? ProcessMemory(processID: member).anonymous) ?? 0)
        }
    }
}
