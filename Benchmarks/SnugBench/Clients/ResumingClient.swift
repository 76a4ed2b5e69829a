import NIOCore
import NIOPosix
import SnugClient

/// Somebody who reconnects with a cursor, and closes the WebSocket once everything missed has arrived.
struct ResumingClient: Sendable {
    /// How long one connection may take, from opening to closing.
    private static let patience = TimeAmount.seconds(20)

    let person: Person
    let cursor: String
    /// Messages that have to follow the welcome.
    let missed: Int
    let loop: any EventLoop

    /// Resumes one time after another until the task is cancelled.
    ///
    /// - Parameter log: Receives the times from connecting to the last missed message, or to the welcome if none is missed.
    func run(_ log: CallLog) async {
        while !Task.isCancelled {
            let started = NIODeadline.now()
            do {
                log.succeeded(milliseconds: started.milliseconds(until: try await resume()))
            } catch {
                log.failed("\(error)")
            }
        }
    }

    /// Returns when the connection is closed, with the time at which everything had arrived.
    private func resume() async throws -> NIODeadline {
        let complete = loop.makePromise(of: NIODeadline.self)
        do {
            let channel = try await connect(complete)
            let timeout = loop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
            try await channel.closeFuture.get()
            timeout.cancel()
        } catch {
            complete.fail(error)
        }
        return try await complete.futureResult.get()
    }

    private func connect(_ complete: EventLoopPromise<NIODeadline>) async throws -> any Channel {
        let site = person.site
        let hello = #"{"type":"hello","token":"\#(person.token)","cursor":"\#(cursor)"}"#
        return try await ClientBootstrap(group: loop)
            .connectTimeout(Self.patience)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ResumingHandler(hello: hello, missed: missed, complete: complete)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: site.host, port: site.port)
            .get()
    }
}
