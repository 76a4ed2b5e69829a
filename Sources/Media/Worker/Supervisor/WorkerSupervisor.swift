import Logging
import Pictures

/// Runs the worker on demand, gives it one job at a time, and survives whatever becomes of it.
///
/// ``run()`` owns the process; callers of ``render(_:)`` wait in order. When the worker crashes, hangs or grows beyond
/// its ceiling, its job fails and the next one gets a new worker.
package actor WorkerSupervisor {
    let executable: String
    let limits: WorkerLimits
    let formats: Set<FileKind>
    let logger: Logger

    var queue: JobQueue<Work> { didSet { announce() } }
    var report = WorkerStatus() { didSet { announce() } }
    /// The rules for the worker that runs, and which of them it has broken.
    var rules: WorkerStateMachine
    /// Whether the worker that runs has the HEIF module.
    var hasHEIFModule = false
    /// Measures the worker that runs.
    var meter: ProcessMeter?
    /// Wakes the conversation with an idle worker.
    var idleWorker: AsyncStream<WorkerEvent>.Continuation?
    private var hasEnded = false
    private let observe: @Sendable (WorkerStatus) -> Void
    private var announced = WorkerStatus()

    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - executable: path of `snug-media-worker`.
    ///   - formats: what the worker may decode.
    ///   - logger: takes the worker's own lines too.
    ///   - observe: is told every change of ``status``, in order, as for metrics; must not block.
    package init(
        executable: String,
        limits: WorkerLimits = WorkerLimits(),
        formats: Set<FileKind> = FileKind.renderedByDefault,
        logger: Logger,
        observe: @escaping @Sendable (WorkerStatus) -> Void = { _ in }
    ) {
        self.executable = executable
        self.limits = limits
        self.formats = formats
        self.logger = logger
        self.observe = observe
        queue = JobQueue(lengthLimit: limits.queueLength)
        rules = WorkerStateMachine(limits: limits, startedAt: .now)
        (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package var status: WorkerStatus {
        var status = report
        status.queuedCount = queue.count
        return status
    }

    /// A job, and what it is done with.
    struct Work: Sendable {
        let job: RenderJob
        let files: RenderFiles
    }

    /// Whether a job is for a worker that has the HEIF module.
    func needsHEIFModule(_ work: Work) -> Bool {
        work.job.facts.format.needsHEIFModule && formats.contains(work.job.facts.format)
    }

    /// Has the files filled with the renderings of a picture, after those that came before it.
    ///
    /// May be called before ``run()``; it waits for that.
    func render(_ job: RenderJob, files: RenderFiles) async throws(RenderFailure) -> RenderedPicture {
        guard !hasEnded else { throw .stopping }
        guard let (number, answers) = queue.add(Work(job: job, files: files)) else { throw .overloaded }
        arrival.yield()
        wakeIdleWorker()
        for await answer in answers { return try answer.get() }
        // A stream ends without an answer only when its reader is cancelled.
        queue.abandon(number)
        throw .cancelled
    }

    /// Lets the conversation with an idle worker look at the queue.
    func wakeIdleWorker() {
        idleWorker?.yield(.jobArrived)
        idleWorker = nil
    }

    /// Serves until its task is cancelled; then every caller that waits gets ``RenderFailure/stopping``. Once only.
    package func run() async throws {
        precondition(report.state == .stopped && !hasEnded, "a supervisor runs once")
        report.state = .idle
        defer { end() }
        for await _ in arrivals {
            while !queue.isEmpty && !Task.isCancelled { await serveWithNewWorker() }
        }
    }

    private func announce() {
        let status = status
        guard status != announced else { return }
        announced = status
        observe(status)
    }

    private func end() {
        hasEnded = true
        report.state = .stopped
        queue.failAll(.stopping)
    }
}
