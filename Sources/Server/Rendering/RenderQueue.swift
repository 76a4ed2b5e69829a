import Chat
import Foundation
import Logging
import Media
import NIOCore
import ServiceLifecycle

/// Renders the pictures that are waiting in the database, so that the queue survives a restart.
///
/// The worker renders one picture at a time. A second consumer prepares the next one while the first waits for the disk.
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
    static let pause = Duration.seconds(5)

    let description = "render queue"
    private let wakeup: Wakeup
    let store: Store
    let intake: Intake
    let originals: OriginalReader
    let worker: WorkerSupervisor
    let renderer: PictureRenderer
    /// Schedules the next retry.
    private let loop: any EventLoop
    let logger: Logger

    init(
        store: Store,
        intake: Intake,
        originals: OriginalReader,
        worker: WorkerSupervisor,
        renderer: PictureRenderer,
        wakeup: Wakeup,
        loop: any EventLoop,
        logger: Logger
    ) {
        self.store = store
        self.intake = intake
        self.originals = originals
        self.worker = worker
        self.renderer = renderer
        self.wakeup = wakeup
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
                retryTimer = try await store.renderings.timeToNextRetry().map(wake(in:))
            } catch {
                if let id = begun, (try? await store.renderings.withdrawAttempt(id)) != nil { begun = nil }
                await pause(after: error)
                wakeup.wake()
            }
        }
    }

    private func pause(after error: any Error) async {
        guard !Task.isCancelled else { return }
        logger.error(
            "Rendering is paused; pictures wait for their variants",
            metadata: ["error": "\(error)"]
        )
        try? await Task.sleep(for: Self.pause)
    }

    private func wake(in time: Duration) -> Scheduled<Void> {
        loop.scheduleTask(in: TimeAmount(time)) { [wakeup] in wakeup.wake() }
    }
}
