import FoundationEssentials
import Glibc
import Kernel
import Pictures

/// A worker that takes a job and does not do it, or that answers and misbehaves between its jobs.
enum Misbehaviour: String {
    case fillMemory
    case spin
    /// Writes something other than it reports.
    case lie
    /// Answers, and then holds 160 MiB.
    case keepMemory
    /// Answers, and then holds 625 MiB.
    case hoard
    /// Answers, and then spins.
    case spinIdle
    /// Answers every job, and never ends by itself.
    case stay

    func run() throws {
        printLine(
            String(
                decoding: try WorkerLine.encode(WorkerMessage.ready(version: RenderJob.version)).dropLast(),
                as: UTF8.self
            )
        )
        guard case .bytes(let line, let files) = JobReceiver(descriptor: STDIN_FILENO).next(4096, within: 60_000),
            let job = WorkerLine.decode(line, as: RenderJob.self)
        else { return }
        switch self {
        case .fillMemory: fillMemory()
        case .spin: while true {}
        case .lie: try lie(about: job, files)
        case .keepMemory, .hoard, .spinIdle, .stay: try answer(job, files)
        }
        switch self {
        case .fillMemory, .spin, .lie: break
        case .keepMemory: try answerJobs(holding: 160)
        case .hoard: try answerJobs(holding: 625)
        case .spinIdle: while true {}
        case .stay: try answerJobs(holding: 0)
        }
    }

    /// Answers every job until the socket is closed.
    private func answerJobs(holding mebibytes: Int) throws {
        let blocks = (0..<mebibytes).map { _ in [UInt8](repeating: 1, count: 1 << 20) }
        let source = JobReceiver(descriptor: STDIN_FILENO)
        while case .bytes(let line, let files) = source.next(4096, within: -1) {
            guard let job = WorkerLine.decode(line, as: RenderJob.self) else { return }
            try answer(job, files)
        }
        precondition(blocks.allSatisfy { $0.first == 1 })
    }

    private func answer(_ job: RenderJob, _ files: [Int32]) throws {
        for file in files { close(file) }
        let answer = WorkerMessage.failed(id: job.id, code: .undecodable)
        printLine(String(decoding: try WorkerLine.encode(answer).dropLast(), as: UTF8.self))
    }

    private func fillMemory() {
        var blocks: [[UInt8]] = []
        while true { blocks.append([UInt8](repeating: 1, count: 1 << 20)) }
    }

    private func lie(about job: RenderJob, _ files: [Int32]) throws {
        let page = Array("<html><script>alert(1)</script></html>".utf8)
        page.withUnsafeBytes { _ = write(files[1], $0.baseAddress, $0.count) }
        let variant = RenderedVariant(
            size: .thumbnail,
            fileSize: .thumbnail,
            format: .jpg,
            width: 96,
            height: 64,
            byteCount: page.count
        )
        let picture = RenderedPicture(
            variants: [variant, variant.serving(.medium), variant.serving(.large)],
            placeholder: Data(count: 25)
        )
        let answer = WorkerMessage.rendered(id: job.id, picture: picture)
        printLine(String(decoding: try WorkerLine.encode(answer).dropLast(), as: UTF8.self))
        _ = JobReceiver(descriptor: STDIN_FILENO).next(1, within: 60_000)
    }
}
