/// A kernel control group that the product's processes live in, with the product's limits.
protocol Cgroup: Sendable {
    /// Files that a process writes its id to, in order to live in the group.
    var joinFiles: [String] { get }

    /// What the group holds apart from page cache, in bytes: anonymous, shared and kernel memory.
    func memory() throws -> Int

    func outOfMemoryKills() throws -> Int

    /// Processor time that the group has used, in microseconds.
    func processorTime() throws -> Int

    /// Removes the group, which must hold no process any more.
    func remove()
}

/// What the product may use: the promise that is measured.
struct Allowance: Sendable {
    var memoryBytes = 512 << 20
    var cores = 1.0
}

struct CgroupUnavailable: Error, CustomStringConvertible {
    let description: String
}

/// Makes the group with whichever of the kernel's two interfaces is mounted here.
func makeCgroup(name: String, allowance: Allowance) throws -> any Cgroup {
    if ControlFile.exists("/sys/fs/cgroup/cgroup.controllers") {
        return try UnifiedCgroup(name: name, allowance: allowance)
    }
    return try ControllerCgroup(name: name, allowance: allowance)
}
