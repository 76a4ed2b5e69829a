import Kernel
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Connections that a process can take", .timeLimit(.standard))
struct ConnectionCapacityTests {
    @Test("The lower of the limits of files and memory decides")
    func bounds() {
        let cases: [(openFiles: Int, memory: Int?, count: Int, bound: ConnectionCapacity.Bound)] = [
            (32_768, 512 << 20, 8192, .memory), (32_768, 8 << 30, 23_576, .openFiles),
            (32_768, nil, 23_576, .openFiles), (8192, 8 << 30, 5144, .openFiles), (1024, 8 << 30, 576, .openFiles),
            (256, 8 << 30, 144, .openFiles), (32_768, 64 << 20, 1024, .memory), (4, nil, 3, .openFiles),
            (0, 0, 1, .openFiles), (1 << 20, 0, 1, .memory),
        ]
        for (openFiles, memory, count, bound) in cases {
            let capacity = ConnectionCapacity(openFiles: openFiles, memory: memory)
            #expect(capacity.count == count, "\(openFiles) \(memory ?? -1)")
            #expect(capacity.bound == bound, "\(openFiles) \(memory ?? -1)")
        }
    }

    @Test("The default number of live connections fits into 512 MiB")
    func defaults() {
        #expect(ConnectionCapacity(openFiles: 32_768, memory: 512 << 20).count >= Settings().maxConnections)
    }

    @Test("At the start, one line states the capacity, and a setting above it is reduced with what to raise")
    func start() async throws {
        try await withMemoryFolder { folder in
            let environment = ["SNUG_MAX_CONNECTIONS": "500"]
            let (_, ended) = try await withServerProcess(
                storage: folder,
                environment: environment,
                openFiles: 256
            ) { server in
                _ = try await server.site.send(.GET, "/health/simple").expect(200)
            }
            let lines = ended.errors.split(separator: "\n")
            #expect(lines.count { $0.contains("The limits of this process allow 144 live connections") } == 1)
            let warnings = lines.filter { $0.contains("SNUG_MAX_CONNECTIONS is too high") }
            #expect(warnings.count == 1)
            #expect(warnings.allSatisfy { $0.contains("LimitNOFILE") && $0.contains("max.connections=144") })
        }
    }
}

@Suite("Limit of memory", .timeLimit(.standard))
struct MemoryLimitTests {
    private func limit(_ files: [String: String]) -> MemoryLimit? {
        MemoryLimit.find { files[$0] }
    }

    private let machine = ["/proc/meminfo": "MemTotal:       16304028 kB\nMemFree:  1 kB\n"]

    @Test("Without a control group, the machine's memory is the limit")
    func machineOnly() {
        for files in [machine, machine.merging(["/proc/self/cgroup": "0::/\n"]) { $1 }] {
            #expect(limit(files)?.byteCount == 16_304_028 << 10)
            #expect(limit(files)?.source == "/proc/meminfo")
        }
        #expect(limit([:]) == nil)
    }

    @Test("The lowest limit of a control group and those above it applies, unless it is above the machine's memory")
    func version2() {
        var files = machine
        files["/proc/self/cgroup"] = "0::/system.slice/snug.service\n"
        files["/sys/fs/cgroup/system.slice/snug.service/memory.max"] = "max\n"
        files["/sys/fs/cgroup/system.slice/memory.max"] = "536870912\n"
        #expect(limit(files)?.byteCount == 512 << 20)
        #expect(limit(files)?.source == "/sys/fs/cgroup/system.slice/memory.max")
        files["/sys/fs/cgroup/system.slice/snug.service/memory.max"] = "268435456\n"
        #expect(limit(files)?.byteCount == 256 << 20)
        files["/sys/fs/cgroup/memory.max"] = "134217728\n"
        #expect(limit(files)?.source == "/sys/fs/cgroup/memory.max")
        for name in ["/system.slice/snug.service", "/system.slice", ""] {
            files["/sys/fs/cgroup\(name)/memory.max"] = "9223372036854771712\n"
        }
        #expect(limit(files)?.source == "/proc/meminfo")
    }

    @Test("Version 1 has a hierarchy of its own for memory")
    func version1() {
        var files = machine
        files["/proc/self/cgroup"] = "5:cpu,cpuacct:/docker/01\n4:memory:/docker/01\n0::/ignored\nbroken\n"
        files["/sys/fs/cgroup/memory/docker/01/memory.limit_in_bytes"] = "268435456\n"
        files["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712\n"
        #expect(limit(files)?.byteCount == 256 << 20)
        files["/sys/fs/cgroup/memory/docker/01/memory.limit_in_bytes"] = "no number"
        #expect(limit(files)?.source == "/proc/meminfo")
    }

    @Test("This machine has a limit")
    func current() throws {
        #expect(try #require(MemoryLimit.current()).byteCount > 64 << 20)
    }
}
