import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Measures whether Snug stays within its budget.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-bench",
        abstract: "Measures Snug under its defined load and at its limits, in a control group of 512 MiB and one core."
    )

    @Argument(
        help: "What to measure: budget, pictures, uploads, storm, load, scale or one of its parts. Default: everything."
    )
    var parts: [Part] = []

    @OptionGroup var plan: Plan

    @Option(help: "Folder of snug-server, snug-media-worker and snug-janitor.")
    var programs = ".build/release"

    @Option(help: "Folder for the report.")
    var results = "Benchmarks/results"

    func run() async throws {
        let work = Task { try await measure() }
        let interruption = Interruption { work.cancel() }
        defer { interruption.end() }
        let report: Report
        do { report = try await work.value } catch is CancellationError { throw ExitCode(130) }
        report.printTable()
        print("Written to \(try report.write(to: URL(filePath: results)).relativePath)")
        guard report.meetsEveryTarget else { throw ExitCode.failure }
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
        let environment = Environment(
            programs: URL(filePath: programs),
            folder: folder,
            confinement: confinement,
            group: group,
            progress: progress
        )
        let figures = try await perform(environment)
        try await group.shutdownGracefully()
        return Report(
            startedAt: started,
            machine: Machine(),
            parts: wanted.map(\.rawValue),
            plan: plan,
            remarks: progress.remarks,
            figures: figures
        )
    }

    private func makeConfinement(_ progress: Progress) -> Confinement {
        if Cores.forProduct == nil { progress.remark("one core only: the load generator and the product share it") }
        do {
            let cgroup = try makeCgroup(name: "snug-bench-\(getpid())", allowance: Allowance())
            return Confinement(cgroup: cgroup, core: Cores.forProduct)
        } catch {
            progress.remark("no control group (\(error)): nothing is limited, and memory is that of the processes")
            return Confinement(cgroup: nil, core: Cores.forProduct)
        }
    }

    private func perform(_ environment: Environment) async throws -> [Figure] {
        var figures: [Figure] = []
        if wanted.contains(.budget) {
            figures += try await environment.run(.budget, Budget(environment: environment, plan: plan).run)
        }
        if wanted.contains(.pictures) {
            figures += try await environment.run(.pictures, PictureCosts(environment: environment, plan: plan).run)
        }
        if wanted.contains(.uploads) {
            figures += try await environment.run(.uploads, UploadRate(environment: environment, plan: plan).run)
        }
        if wanted.contains(.storm) {
            figures += try await environment.run(.storm, MixedLoad(environment: environment, plan: plan).run)
        }
        if wanted.contains(.load) {
            figures += try await environment.run(.load, PeopleLoad(environment: environment, plan: plan).run)
        }
        let parts = wanted.filter(Part.partsOfScale.contains)
        if !parts.isEmpty { figures += try await Scale(environment: environment, parts: parts).run() }
        return figures
    }

    /// In the order in which they run.
    private var wanted: [Part] {
        let parts = parts.contains(.scale) ? parts + Part.partsOfScale : parts
        return Part.allCases.filter { (parts.isEmpty || parts.contains($0)) && $0 != .scale }
    }
}

/// What can be measured alone.
enum Part: String, CaseIterable, ExpressibleByArgument {
    /// The load for which the budget is defined.
    case budget
    /// Each kind of picture against libvips alone.
    case pictures
    /// Photographs per minute with nothing else going on.
    case uploads
    /// Messages beside continuous uploads of the pictures that cost the most.
    case storm
    /// People who chat, against limits that they would notice.
    case load
    /// The limit of each single operation: all of the following.
    case scale
    case history
    case storing
    case room
    case crowd
    case slow
    case resume

    static let partsOfScale: [Part] = [.history, .storing, .room, .crowd, .slow, .resume]
}
