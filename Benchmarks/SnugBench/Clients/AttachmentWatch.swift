import Foundation
import NIOCore
import SnugClient
import Synchronization

/// Waits until the live socket receives that an attachment's variants are ready.
final class AttachmentWatch: Sendable {
    struct Failed: Error {
        let id: String
    }

    private static let mark = Data("attachment".utf8)

    private let loop: any EventLoop
    private let promises = Mutex<[String: EventLoopPromise<NIODeadline>]>([:])

    init(loop: any EventLoop) {
        self.loop = loop
    }

    /// When the event arrives. Called before the picture is posted, so that no event arrives too early.
    func expect(_ id: String) -> EventLoopFuture<NIODeadline> {
        let promise = loop.makePromise(of: NIODeadline.self)
        promises.withLock { $0[id] = promise }
        let timeout = loop.scheduleTask(in: .seconds(60)) { promise.fail(Failed(id: id)) }
        promise.futureResult.whenComplete { _ in
            timeout.cancel()
            self.promises.withLock { _ = $0.removeValue(forKey: id) }
        }
        return promise.futureResult
    }

    func received(_ event: UnsafeRawBufferPointer, at now: NIODeadline) {
        // Parsing is left for the few events that can matter.
        guard Data(event).range(of: Self.mark) != nil else { return }
        let event = JSON.orMissing(Array(event))
        for attachment in event.message.attachments.elements + [event.attachment] { complete(attachment, at: now) }
    }

    private func complete(_ attachment: JSON, at now: NIODeadline) {
        let id = attachment.id.text
        let promise = promises.withLock { $0[id] }
        switch attachment.status {
        case "ready": promise?.succeed(now)
        case "failed": promise?.fail(Failed(id: id))
        default: break
        }
    }
}
