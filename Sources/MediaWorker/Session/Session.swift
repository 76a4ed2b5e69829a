import Glibc
import Kernel
import Pictures

/// The worker's main loop: takes jobs and answers them until it has been idle, worked or grown enough.
struct Session {
    /// Milliseconds without a job after which unused memory is released.
    private static let releaseDelay: Int32 = 100

    private let limits: SessionLimits
    private var channel: JobChannel
    private var jobsDone = 0

    private let memory = ResidentMemory(of: getpid())

    init(limits: SessionLimits, channel: JobChannel) {
        self.limits = limits
        self.channel = channel
    }

    mutating func run() throws {
        guard try channel.send(.ready(version: RenderJob.version)) else { return }
        let reason = try serve()
        _ = try channel.send(.leaving(reason: reason))
    }

    private mutating func serve() throws -> WorkerMessage.LeavingReason {
        while true {
            switch receive() {
            case .timeout: return .idle
            case .end: return .endOfInput
            case .line(let line, let descriptors):
                guard let files = JobFiles(descriptors), let job = WorkerLine.decode(line, as: RenderJob.self) else {
                    log("received a malformed job")
                    return .endOfInput
                }
                guard try channel.send(answer(to: job, files)) else { return .endOfInput }
                jobsDone += 1
            }
            if jobsDone >= limits.jobCount { return .jobLimit }
            if isTooLarge { return .memoryLimit }
        }
    }

    /// Waits for the next job. Unused memory is released only after a pause: the next picture would request it again,
    /// page by page.
    private mutating func receive() -> JobChannel.Received {
        let delay = min(Self.releaseDelay, limits.idleMilliseconds)
        let received = channel.next(within: delay)
        guard received == .timeout, delay < limits.idleMilliseconds else { return received }
        ResidentMemory.releaseUnused()
        return channel.next(within: limits.idleMilliseconds - delay)
    }

    private var isTooLarge: Bool {
        guard exceedsLimit else { return false }
        ResidentMemory.releaseUnused()
        return exceedsLimit
    }

    private var exceedsLimit: Bool { memory?.byteCount ?? 0 > limits.residentByteCount }

    private func answer(to job: RenderJob, _ files: consuming JobFiles) -> WorkerMessage {
        do {
            return .rendered(id: job.id, picture: try Renderer(job, files).render())
        } catch {
            log("\(job.id): \(error)")
            return error.code.map { .failed(id: job.id, code: $0) } ?? .storageFailed(id: job.id)
        }
    }
}
