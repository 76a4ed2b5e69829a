/// A control group for the product's processes, with the product's limits.
protocol Cgroup: Sendable {
    /// Files to which a process writes its id to join the group.
    var joinFiles: [String] { get }

    /// Anonymous, shared and kernel memory of the group in bytes, without page cache.
    func memory() throws -> Int

    func outOfMemoryKills() throws -> Int

    /// Processor time that the group has used, in microseconds.
    func processorTime() throws -> Int

    /// Removes the group, which must not contain a process any more.
    func remove()
}

/// What the product may use.
struct Allowance: Sendable {
    var memoryBytes = 512 << 20
    var cores = 1.0
}

struct CgroupUnavailable: Error, CustomStringConvertible {
    let description: String
}

/// Makes the group with the interface, of the kernel's two, that is mounted here.
func makeCgroup(name: String, allowance: Allowance) throws -> any Cgroup {
    if ControlFile.exists("/sys/fs/cgroup/cgroup.controllers") {
        return try UnifiedCgroup(name: name, allowance: allowance)
    }
    return try ControllerCgroup(name: name, allowance: allowance)
}
