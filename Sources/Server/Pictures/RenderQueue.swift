import Chat
import Foundation
import Logging
import Media
import NIOCore
import ServiceLifecycle

/// Renders the pictures that wait. The waiting ones are rows, so what a restart interrupts is done after it.
///
/// The worker renders one at a time; a second lane has the next one ready, while the first waits for the disk.
struct RenderQueue: Service, CustomStringConvertible {
    /// Tells the queue that there is something to do.
    struct Wakeup: Sendable {
        /// One for each lane, as are their ends.
        fileprivate let calls: [AsyncStream<Void>]
        private let ends: [AsyncStream<Void>.Continuation]

        init() {
            let streams = (0..<RenderQueue.laneCount).map { _ in
                AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            }
            calls = streams.map(\.stream)
            ends = streams.map(\.continuation)
        }

        func wake() {
            for end in ends { end.yield() }
        }
    }

    private static let laneCount = 2
    /// Pause when no picture can be rendered: the worker does not start, or the disk is full.
    static let pause = Duration.seconds(5)

    let description = "render queue"
    private let wakeup: Wakeup
    let store: Store
    let intake: Intake
    let originals: OriginalCheck
    let worker: WorkerSupervisor
    let renderer: PictureRenderer
    /// Keeps the alarm for the next retry.
    private let loop: any EventLoop
    let logger: Logger

    init(
        store: Store,
        intake: Intake,
        originals: OriginalCheck,
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
        // Before the first new try, because a try that has begun and not ended would look the same.
        while !Task.isCancelled {
            do {
                try await settleInterrupted()
                break
            } catch {
                await pause(after: error)
            }
        }
        wakeup.wake()
        await withTaskGroup(of: Void.self) { group in
            for calls in wakeup.calls { group.addTask { await renderAll(at: calls) } }
        }
    }

    private func renderAll(at calls: AsyncStream<Void>) async {
        var alarm: Scheduled<Void>?
        defer { alarm?.cancel() }
        // A try that has begun and of whose end the row does not know, because the disk did not take that either.
        var begun: Attachment.ID?
        for await _ in calls {
            alarm?.cancel()
            do {
                if let id = begun { try await store.renderings.withdrawAttempt(id) }
                begun = nil
                while let task = try await store.renderings.next() {
                    begun = task.id
                    try await render(task)
                    begun = nil
                }
                alarm = try await store.renderings.timeToNextRetry().map(wake(in:))
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
