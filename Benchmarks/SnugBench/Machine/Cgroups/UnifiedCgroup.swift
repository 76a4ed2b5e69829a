/// A group in the kernel's second interface: one folder for all controllers.
struct UnifiedCgroup: Cgroup {
    private static let root = "/sys/fs/cgroup"
    private static let schedulingPeriod = 100_000

    private let folder: String

    init(name: String, allowance: Allowance) throws {
        folder = "\(Self.root)/\(name)"
        do {
            try ControlFile.write("+memory +cpu", to: "\(Self.root)/cgroup.subtree_control")
            try ControlFile.makeFolder(folder)
            try ControlFile.write("\(allowance.memoryBytes)", to: folder + "/memory.max")
            let quota = Int(allowance.cores * Double(Self.schedulingPeriod))
            try ControlFile.write("\(quota) \(Self.schedulingPeriod)", to: folder + "/cpu.max")
        } catch {
            remove()
            throw error
        }
    }

    var joinFiles: [String] { [folder + "/cgroup.procs"] }

    func memory() throws -> Int {
        let parts = try ControlFile.table(folder + "/memory.stat")
        // Kernels before 5.18 do not add up their own part.
        let pieces = ["slab", "kernel_stack", "pagetables", "percpu"]
        let kernel = parts["kernel"] ?? pieces.reduce(0) { $0 + parts[$1, default: 0] }
        return parts["anon", default: 0] + parts["shmem", default: 0] + kernel + parts["sock", default: 0]
    }

    func outOfMemoryKills() throws -> Int {
        try ControlFile.table(folder + "/memory.events")["oom_kill", default: 0]
    }

    func processorTime() throws -> Int {
        try ControlFile.table(folder + "/cpu.stat")["usage_usec", default: 0]
    }

    func remove() {
        ControlFile.removeFolder(folder)
    }
}
