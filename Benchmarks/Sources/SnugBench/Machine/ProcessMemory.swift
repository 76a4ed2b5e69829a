/// Memory of one process, in bytes, as the kernel counts it.
struct ProcessMemory: Sendable {
    /// Pages in memory, shared libraries included.
    let resident: Int
    /// The part that is the process's own.
    let anonymous: Int

    init(processID: Int32) throws {
        let table = try ControlFile.table("/proc/\(processID)/status")
        resident = table["VmRSS", default: 0] * 1024
        anonymous = table["RssAnon", default: 0] * 1024
    }

    /// Anonymous memory of a process and its children, in bytes: the stand-in where there is no control group.
    static func anonymousOfFamily(processID: Int32) throws -> Int {
        let children = try ControlFile.read("/proc/\(processID)/task/\(processID)/children")
        let family = [processID] + children.split(separator: " ").compactMap { Int32($0) }
        return family.reduce(0) { sum, member in
            sum + ((try? ProcessMemory(processID: member).anonymous) ?? 0)
        }
    }
}
