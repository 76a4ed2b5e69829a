import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Measures whether Snug stays within its budget.
@main
struct SnugBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-bench",
        abstract: "Measures Snug under its defined load, in a control group of 512 MiB and one core."
    )

    @OptionGroup var plan: Plan

    @Option(help: "Folder of snug-server, snug-media-worker and snug-janitor.")
    var programs = ".build/release"

    @Option(help: "Folder that the report is written to.")
    var results = "Benchmarks/results"

    func run() async throws {
        let work = Task { try await measure() }
        let interruption = Interruption { work.cancel() }
        defer { interruption.end() }
        let report: Report
        do { report = try await work.value } catch is CancellationError { throw ExitCode(130) }
        report.printTable()
        print("Written to \(try report.write(to: URL(filePath: results)).relativePath)")
        guard report.keepsEveryPromise else { throw ExitCode.failure }
    }

    private func measure() async throws -> Report {
        let (started, progress) = (Date(), Progress())
        try await Cores.moveHere()
        Cores.raiseDescriptorLimit()
        let folder = FileManager.default.temporaryDirectory.appending(path: "snug-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let confinement = makeConfinement(progress)
        defer { confinement.cgroup?.remove() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: plan.loops)
        let figures = try await perform(folder, confinement, group, progress)
        try await group.shutdownGracefully()
        return Report(
            startedAt: started,
            machine: Machine(),
            plan: plan,
            remarks: progress.remarks,
            figures: figures
        )
    }

    private func makeConfinement(_ progress: Progress) -> Confinement {
        if Cores.forProduct == nil { progress.remark("one core only: the load and the product share it") }
        do {
            let cgroup = try makeCgroup(name: "snug-bench-\(getpid())", allowance: Allowance())
            return Confinement(cgroup: cgroup, core: Cores.forProduct)
        } catch {
            progress.remark("no control group (\(error)): nothing is limited, and memory is that of the processes")
            return Confinement(cgroup: nil, core: Cores.forProduct)
        }
    }

    private func perform(
        _ folder: URL,
        _ confinement: Confinement,
        _ group: MultiThreadedEventLoopGroup,
        _ progress: Progress
    ) async throws -> [Figure] {
        let product = Product(
            programs: URL(filePath: programs),
            storage: folder.appending(path: "storage"),
            log: folder.appending(path: "server.log"),
            port: try await findFreePort(group: group),
            confinement: confinement,
            sockets: plan.sockets,
            roomMembers: plan.members
        )
        progress.say("preparing the photographs")
        let photographs = try await Photographs.prepare(
            max(6, plan.uploaders),
            maker: URL(filePath: "Scripts/make-photograph"),
            folder: URL(filePath: "Benchmarks/.build/photographs")
        )
        let sampler = MemorySampler { server in
            guard let cgroup = confinement.cgroup else {
                return server.flatMap { try? ProcessMemory.anonymousOfFamily(processID: $0) }
            }
            return try? cgroup.memory()
        }
        let stage = Stage(
            plan: plan,
            product: product,
            group: group,
            progress: progress,
            sampler: sampler,
            photographs: photographs,
            cascade: Cascade(program: URL(filePath: "Benchmarks/.build/cascade"), confinement: confinement)
        )
        return try await sampled(stage)
    }

    private func sampled(_ stage: Stage) async throws -> [Figure] {
        try await withThrowingTaskGroup(of: [Figure]?.self) { tasks in
            tasks.addTask {
                await stage.sampler.run()
                return nil
            }
            tasks.addTask { try await Scenario(stage: stage).run() }
            defer { tasks.cancelAll() }
            while let figures = try await tasks.next() {
                if let figures { return figures }
            }
            return []
        }
    }
}
