import Glibc
import Kernel
import Pictures

/// One worker's life: jobs in, answers out, until it has idled, worked or grown enough.
struct Session {
    /// Milliseconds without a job after which memory is given back.
    private static let moment: Int32 = 100

    private let limits: SessionLimits
    private var channel: LineChannel
    private var jobsDone = 0

    private let memory = ResidentMemory(of: getpid())

    init(limits: SessionLimits, channel: LineChannel) {
        self.limits = limits
        self.channel = channel
    }

    mutating func run() throws {
        guard try channel.say(.ready(version: RenderJob.version)) else { return }
        let reason = try serve()
        _ = try channel.say(.leaving(reason: reason))
    }

    private mutating func serve() throws -> WorkerMessage.LeavingReason {
        while true {
            switch nextWord() {
            case .silence: return .idle
            case .end: return .endOfInput
            case .line(let line, let descriptors):
                guard let files = JobFiles(descriptors), let job = WorkerLine.decode(line, as: RenderJob.self) else {
                    complain("a job that is none")
                    return .endOfInput
                }
                guard try channel.say(answer(to: job, files)) else { return .endOfInput }
                jobsDone += 1
            }
            if jobsDone >= limits.jobCount { return .jobLimit }
            if isTooLarge { return .memoryLimit }
        }
    }

    /// The next word. Memory that is unused goes back only when there is a moment to spare: the next picture would ask
    /// for it again, page by page.
    private mutating func nextWord() -> LineChannel.Word {
        let moment = min(Self.moment, limits.idleMilliseconds)
        let word = channel.next(within: moment)
        guard word == .silence, moment < limits.idleMilliseconds else { return word }
        ResidentMemory.giveUnusedBack()
        return channel.next(within: limits.idleMilliseconds - moment)
    }

    private var isTooLarge: Bool {
        guard holdsTooMuch else { return false }
        ResidentMemory.giveUnusedBack()
        return holdsTooMuch
    }

    private var holdsTooMuch: Bool { memory?.byteCount ?? 0 > limits.residentByteCount }

    private func answer(to job: RenderJob, _ files: consuming JobFiles) -> WorkerMessage {
        do {
            return .rendered(id: job.id, picture: try Renderer(job, files).render())
        } catch {
            complain("\(job.id): \(error)")
            return error.code.map { .failed(id: job.id, code: $0) } ?? .storageTrouble(id: job.id)
        }
    }
}
