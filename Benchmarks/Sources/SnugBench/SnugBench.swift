import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Measures whether Snug stays within its budget.
@main
struct SnugBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snug-bench",
        abstract: "Measures Snug under its defined load and at its limits, in a control group of 512 MiB and one core."
    )

    @Argument(help: "What to measure: budget, pictures, uploads, storm, scale or its scenes. Everything unless given.")
    var parts: [Part] = []

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
        let ground = Ground(
            programs: URL(filePath: programs),
            folder: folder,
            confinement: confinement,
            group: group,
            progress: progress
        )
        let figures = try await perform(ground)
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
        if Cores.forProduct == nil { progress.remark("one core only: the load and the product share it") }
        do {
            let cgroup = try makeCgroup(name: "snug-bench-\(getpid())", allowance: Allowance())
            return Confinement(cgroup: cgroup, core: Cores.forProduct)
        } catch {
            progress.remark("no control group (\(error)): nothing is limited, and memory is that of the processes")
            return Confinement(cgroup: nil, core: Cores.forProduct)
        }
    }

    private func perform(_ ground: Ground) async throws -> [Figure] {
        var figures: [Figure] = []
        if wanted.contains(.budget) {
            figures += try await ground.play(.budget, Budget(ground: ground, plan: plan).run)
        }
        if wanted.contains(.pictures) {
            figures += try await ground.play(.pictures, PictureCosts(ground: ground, plan: plan).run)
        }
        if wanted.contains(.uploads) {
            figures += try await ground.play(.uploads, UploadRate(ground: ground, plan: plan).run)
        }
        if wanted.contains(.storm) {
            figures += try await ground.play(.storm, Storm(ground: ground, plan: plan).run)
        }
        let scenes = wanted.filter(Part.scenes.contains)
        if !scenes.isEmpty { figures += try await Scale(ground: ground, scenes: scenes).run() }
        return figures
    }

    /// In the order in which they run.
    private var wanted: [Part] {
        let parts = parts.contains(.scale) ? parts + Part.scenes : parts
        return Part.allCases.filter { (parts.isEmpty || parts.contains($0)) && $0 != .scale }
    }
}

/// What can be measured alone.
enum Part: String, CaseIterable, ExpressibleByArgument {
    /// The defined load.
    case budget
    /// Each kind of picture against libvips alone.
    case pictures
    /// Photographs a minute when nothing else goes on.
    case uploads
    /// Talk beside the dearest pictures, uploaded without a pause.
    case storm
    /// How far each single thing goes: all of the following.
    case scale
    case history
    case storing
    case room
    case crowd
    case slow

    static let scenes: [Part] = [.history, .storing, .room, .crowd, .slow]
}
