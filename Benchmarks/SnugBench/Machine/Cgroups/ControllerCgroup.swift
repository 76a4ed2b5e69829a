/// A group in the kernel's first interface: a folder for each controller.
struct ControllerCgroup: Cgroup {
    private static let root = "/sys/fs/cgroup"
    private static let schedulingPeriod = 100_000

    private let memoryFolder: String
    private let quotaFolder: String
    private let accountingFolder: String

    init(name: String, allowance: Allowance) throws {
        memoryFolder = "\(Self.root)/memory/\(name)"
        quotaFolder = "\(Self.root)/cpu/\(name)"
        accountingFolder = "\(Self.root)/cpuacct/\(name)"
        do {
            for folder in folders { try ControlFile.makeFolder(folder) }
            try ControlFile.write("\(allowance.memoryBytes)", to: memoryFolder + "/memory.limit_in_bytes")
            try ControlFile.write("\(Self.schedulingPeriod)", to: quotaFolder + "/cpu.cfs_period_us")
            let quota = Int(allowance.cores * Double(Self.schedulingPeriod))
            try ControlFile.write("\(quota)", to: quotaFolder + "/cpu.cfs_quota_us")
        } catch {
            remove()
            throw error
        }
    }

    private var folders: [String] { [memoryFolder, quotaFolder, accountingFolder] }

    var joinFiles: [String] { folders.map { $0 + "/cgroup.procs" } }

    func memory() throws -> Int {
        let parts = try ControlFile.table(memoryFolder + "/memory.stat")
        let kernel = try ControlFile.number(memoryFolder + "/memory.kmem.usage_in_bytes")
        let sockets = try ControlFile.number(memoryFolder + "/memory.kmem.tcp.usage_in_bytes")
        return parts["total_rss", default: 0] + parts["total_shmem", default: 0] + kernel + sockets
    }

    func outOfMemoryKills() throws -> Int {
        try ControlFile.table(memoryFolder + "/memory.oom_control")["oom_kill", default: 0]
    }

    func processorTime() throws -> Int {
        try ControlFile.number(accountingFolder + "/cpuacct.usage") / 1000
    }

    func remove() {
        for folder in folders { ControlFile.removeFolder(folder) }
    }
}
