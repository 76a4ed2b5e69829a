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

/// The worker's connection to the server: jobs arrive over a socket, messages leave through a pipe.
struct JobChannel {
    private let input: JobReceiver
    private let output: Int32
    private var splitter = LineSplitter(lengthLimit: WorkerLine.lengthLimit)
    private var lines: ArraySlice<[UInt8]> = []
    /// Open files received with the line that is still incomplete.
    private var descriptors: [Int32] = []

    /// Takes standard input and output. Whatever libraries print to standard output goes to the log instead.
    init() {
        self.init(input: STDIN_FILENO, output: dup(STDOUT_FILENO))
        dup2(STDERR_FILENO, STDOUT_FILENO)
    }

    private init(input: Int32, output: Int32) {
        self.input = JobReceiver(descriptor: input)
        self.output = output
    }

    fileprivate enum Received: Equatable {
        /// A line and the open files that came with it.
        case line([UInt8], descriptors: [Int32])
        case timeout
        /// The server has closed its end.
        case end
    }

    /// Waits up to `milliseconds` for the next line.
    fileprivate mutating func next(within milliseconds: Int32) -> Received {
        while true {
            if let line = lines.popFirst() {
                defer { descriptors = [] }
                return .line(line, descriptors: descriptors)
            }
            switch input.next(4096, within: milliseconds) {
            case .timeout: return .timeout
            case .end: return .end
            case .bytes(let bytes, let received):
                descriptors += received
                lines = splitter.feed(bytes)[...]
            }
        }
    }

    /// Writes a message. Returns false when the server no longer reads.
    fileprivate func send(_ message: WorkerMessage) throws -> Bool {
        let line = try WorkerLine.encode(message)
        // There is one writer, so a line need not be written in one call; it only has to be complete.
        var written = 0
        while written < line.count {
            let count = line[written...].withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
