import Chat
import Foundation
import Logging
import Media
import NIOCore
import NIOPosix
import Pictures
import ServiceLifecycle
import Vocabulary

/// Renders the pictures that are waiting in the database, so that the queue survives a restart.
///
/// The worker renders one picture at a time. A second consumer prepares the next one while the first waits for the
/// disk.
struct RenderQueue: Service, CustomStringConvertible {
    /// Wakes the queue when a picture is waiting.
    struct Wakeup: Sendable {
        /// One stream for each consumer.
        fileprivate let signals: [AsyncStream<Void>]
        private let continuations: [AsyncStream<Void>.Continuation]

        init() {
            let streams = (0..<RenderQueue.consumerCount).map { _ in
                AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            }
            signals = streams.map(\.stream)
            continuations = streams.map(\.continuation)
        }

        func wake() {
            for continuation in continuations { continuation.yield() }
        }
    }

    private static let consumerCount = 2
    /// Pause while no picture can be rendered, because the worker does not start or the disk is full.
    private static let pause = Duration.seconds(5)

    let description = "render queue"
    private let wakeup: Wakeup
    private let store: Store
    private let intake: Intake
    private let originals: OriginalReader
    private let worker: WorkerSupervisor
    private let renderer: PictureRenderer
    /// Interval at which an idle queue looks for pictures that another program has queued.
    private let pollInterval: Duration
    /// Schedules the next retry.
    private let loop: any EventLoop
    private let logger: Logger
    /// A disk that stays full pauses the queue every few seconds.
    private let throttle = WarningThrottle()

    init(
        store: Store,
        intake: Intake,
        originals: OriginalReader,
        worker: WorkerSupervisor,
        renderer: PictureRenderer,
        wakeup: Wakeup,
        pollInterval: Duration,
        loop: any EventLoop,
        logger: Logger
    ) {
        self.store = store
        self.intake = intake
        self.originals = originals
        self.worker = worker
        self.renderer = renderer
        self.wakeup = wakeup
        self.pollInterval = pollInterval
        self.loop = loop
        self.logger = logger
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await worker.run() }
                group.addTask { await serve() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private func serve() async {
        // Before the first attempt, which would look like an interrupted one.
        while !Task.isCancelled {
            do {
                try await recordInterrupted()
                break
            } catch {
                await pause(after: error)
            }
        }
        wakeup.wake()
        await withTaskGroup(of: Void.self) { group in
            for signals in wakeup.signals { group.addTask { await consume(signals) } }
        }
    }

    private func consume(_ signals: AsyncStream<Void>) async {
        var retryTimer: Scheduled<Void>?
        defer { retryTimer?.cancel() }
        // An attempt whose end could not be recorded, for example on a full disk.
        var begun: Attachment.ID?
        for await _ in signals {
            retryTimer?.cancel()
            do {
                if let id = begun { try await store.renderings.withdrawAttempt(id) }
                begun = nil
                while let task = try await store.renderings.next() {
                    begun = task.id
                    try await render(task)
                    begun = nil
                }
                let retry = try await store.renderings.timeToNextRetry() ?? pollInterval
                retryTimer = wake(in: min(retry, pollInterval))
            } catch {
                if let id = begun, (try? await store.renderings.withdrawAttempt(id)) != nil { begun = nil }
                await pause(after: error)
                wakeup.wake()
            }
        }
    }

    private func pause(after error: any Error) async {
        guard !Task.isCancelled else { return }
        if throttle.mayWarn() {
            logger.error("Rendering is paused; pictures wait for their variants", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: Self.pause)
    }

    private func wake(in time: Duration) -> Scheduled<Void> {
        loop.scheduleTask(in: TimeAmount(time)) { [wakeup] in wakeup.wake() }
    }
}

// MARK: - Attempts

extension RenderQueue {
    /// Renders a picture and records the result.
    ///
    /// - Throws: Errors that the picture did not cause; the attempt must not count then.
    private func render(_ task: RenderTask) async throws {
        guard task.crashCount < RetrySchedule.crashLimit else { return try await recordFailure(task.id, .quarantined) }
        do {
            try await attempt(task.id)
        } catch {
            guard let problem = RenderProblem(error) else { throw error }
            if problem.cause == .file { logUnreadable(task.id, error) }
            try await recordFailure(task.id, problem)
        }
    }

    /// Records attempts that were interrupted by the end of the server as failed: the picture may have crashed it.
    private func recordInterrupted() async throws {
        for id in try await store.renderings.interrupted() { try await recordFailure(id, .interrupted) }
    }

    private func attempt(_ id: Attachment.ID) async throws {
        let blob = BlobID(id.uuid)
        let inspection = try await intake.inspect(blob)
        if let limit = inspection.exceededLimit { throw limit }
        guard let facts = inspection.facts else { throw RenderFailure.rejected(.undecodable) }
        let picture = try await picture(of: blob, facts)
        try await store.renderings.finish(
            id,
            variants: picture.variants.map(Variant.init),
            placeholder: picture.placeholder,
            animation: picture.animation.map(Animation.init),
            isDamaged: picture.isDamaged
        )
    }

    private func picture(of blob: BlobID, _ facts: ImageFacts) async throws -> RenderedPicture {
        do {
            return try await renderer.render(RenderJob(id: blob, facts: facts))
        } catch let failure as RenderFailure {
            // An unreadable original must not stop the queue as a full disk does.
            if case .storage = failure { try await originals.verify(blob) }
            throw failure
        }
    }

    private func recordFailure(_ id: Attachment.ID, _ problem: RenderProblem) async throws {
        switch try await store.renderings.recordFailure(id, problem) {
        case .again:
            logger.warning(
                "The media worker crashed; the picture will be rendered again",
                metadata: ["attachment": "\(id)"]
            )
        case .failed(let failure):
            logger.log(
                level: failure.code == Attachment.Failure.quarantined ? .warning : .info,
                "A picture could not be rendered",
                metadata: [
                    "attachment": "\(id)", "reason": "\(failure.code)",
                    "retry": "\(failure.retryAt.map { "\($0.milliseconds)" } ?? "never")",
                ]
            )
        case nil:
            break
        }
    }

    private func logUnreadable(_ id: Attachment.ID, _ error: any Error) {
        logger.error(
            "The original of a picture could not be read: if it is missing, restore it from a backup",
            metadata: ["attachment": "\(id)", "error": "\(error)"]
        )
    }
}

extension Variant {
    fileprivate init(_ rendered: RenderedVariant) {
        self.init(
            size: rendered.size,
            fileSize: rendered.fileSize,
            width: rendered.width,
            height: rendered.height,
            format: rendered.format,
            byteCount: Int64(rendered.byteCount)
        )
    }
}

extension Animation {
    fileprivate init(_ rendered: RenderedAnimation) {
        self.init(width: rendered.width, height: rendered.height, byteCount: Int64(rendered.byteCount))
    }
}

/// Distinguishes an unreadable original from a full disk, for both of which the worker reports the same failure.
struct OriginalReader: Sendable {
    /// Bytes read at a time.
    private static let stepLength = 65_536

    let archive: any Archive
    let threads: NIOThreadPool

    /// Reads an original completely.
    ///
    /// - Throws: `FileFailure` if it cannot be read.
    func verify(_ id: BlobID) async throws {
        let file = try await archive.open(.original(id))
        try await threads.runIfActive {
            var offset = 0
            while offset < file.byteCount {
                let count = try file.read(at: offset, count: Self.stepLength).count
                // The file was truncated after it was opened.
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
