import Chat
import Foundation
import Logging
import Media
import NIOCore
import ServiceLifecycle

/// Renders the pictures that wait, one at a time. The waiting ones are rows, so what a restart interrupts is done
/// after it.
struct RenderQueue: Service, CustomStringConvertible {
    /// Tells the queue that there is something to do.
    struct Doorbell: Sendable {
        fileprivate let bell: AsyncStream<Void>.Continuation

        func ring() {
            bell.yield()
        }
    }

    /// Pause when no picture can be rendered: the worker does not start, or the disk is full.
    static let pause = Duration.seconds(5)

    let description = "render queue"
    let doorbell: Doorbell
    private let rings: AsyncStream<Void>
    let store: Store
    let intake: Intake
    let worker: WorkerSupervisor
    let renderings: Renderings
    let outcomes: RenderOutcomes
    let revocation: Revocation
    /// Keeps the alarm for the next retry.
    private let loop: any EventLoop
    let logger: Logger

    init(
        store: Store,
        intake: Intake,
        worker: WorkerSupervisor,
        renderings: Renderings,
        outcomes: RenderOutcomes,
        revocation: Revocation,
        loop: any EventLoop,
        logger: Logger
    ) {
        let (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.rings = rings
        self.doorbell = Doorbell(bell: bell)
        self.store = store
        self.intake = intake
        self.worker = worker
        self.renderings = renderings
        self.outcomes = outcomes
        self.revocation = revocation
        self.loop = loop
        self.logger = logger
        bell.yield()
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await worker.run() }
                group.addTask { await renderAll() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private func renderAll() async {
        var hasLookedBack = false
        var alarm: Scheduled<Void>?
        defer { alarm?.cancel() }
        for await _ in rings {
            alarm?.cancel()
            do {
                if !hasLookedBack { try await settleInterrupted() }
                hasLookedBack = true
                while let task = try await store.nextRendering() { try await render(task) }
                alarm = try await store.timeToNextRetry().map(ring(in:))
            } catch {
                if Task.isCancelled { return }
                logger.error(
                    "Rendering stopped; pictures wait for their variants until it goes on",
                    metadata: ["error": "\(error)"]
                )
                guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
                doorbell.ring()
            }
        }
    }

    private func ring(in time: Duration) -> Scheduled<Void> {
        loop.scheduleTask(in: TimeAmount(time)) { [doorbell] in doorbell.ring() }
    }
}
