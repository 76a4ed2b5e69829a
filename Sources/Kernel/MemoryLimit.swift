import FoundationEssentials

/// The memory that this process may use: the lowest limit of its control groups, or the memory of the machine.
package struct MemoryLimit: Sendable, Equatable {
    package let byteCount: Int
    /// The file that states it.
    package let source: String

    private static let machine = "/proc/meminfo"
    private static let ownGroups = "/proc/self/cgroup"
    private static let mountPoint = "/sys/fs/cgroup"

    /// Nil if nothing can be read. Blocking.
    package static func current() -> MemoryLimit? {
        find { try? String(contentsOfFile: $0, encoding: .utf8) }
    }

    /// - Parameter read: The content of a file; nil if there is none.
    package static func find(reading read: (String) -> String?) -> MemoryLimit? {
        let groups = (read(ownGroups) ?? "").split(separator: "\n").flatMap { files(ofGroup: $0) }
        let limits = groups.compactMap { file in
            // `max` without a limit.
            read(file).flatMap { Int($0.filter { !$0.isWhitespace }) }.map { MemoryLimit(byteCount: $0, source: file) }
        }
        return (limits + [ofMachine(read(machine) ?? "")].compactMap(\.self)).min { $0.byteCount < $1.byteCount }
    }

    /// The files with the limits of a control group and those above it, each of which applies (cgroups(7)).
    ///
    /// - Parameter line: `0::/system.slice/snug.service` in version 2, `4:memory:/docker/0123` in version 1.
    private static func files(ofGroup line: Substring) -> [String] {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return [] }
        let top: String
        let name: String
        if fields[0] == "0", fields[1].isEmpty {
            (top, name) = (mountPoint, "memory.max")
        } else if fields[1].split(separator: ",").contains("memory") {
            (top, name) = ("\(mountPoint)/memory", "memory.limit_in_bytes")
        } else {
            return []
        }
        let folders = fields[2].split(separator: "/")
        return (0...folders.count).reversed().map { count in
            ([top] + folders.prefix(count).map(String.init) + [name]).joined(separator: "/")
        }
    }

    /// `MemTotal:       16304028 kB` (proc_meminfo(5)).
    private static func ofMachine(_ text: String) -> MemoryLimit? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemTotal:") }),
            let kilobytes = Int(line.filter(\.isNumber))
        else { return nil }
        return MemoryLimit(byteCount: kilobytes << 10, source: machine)
    }
}
