import Foundation

enum ProcessChildren {
    /// The processes that a process has started and that still run. The kernel lists them with the thread that started
    /// them (proc(5), `/proc/pid/task/tid/children`).
    static func of(_ processID: Int32) throws -> [Int32] {
        let threads = "/proc/\(processID)/task"
        return try FileManager.default.contentsOfDirectory(atPath: threads).flatMap { thread in
            // A thread may end while it is looked at.
            let children = (try? ControlFile.read("\(threads)/\(thread)/children")) ?? ""
            return children.split(separator: " ").compactMap { Int32($0) }
        }
    }
}
