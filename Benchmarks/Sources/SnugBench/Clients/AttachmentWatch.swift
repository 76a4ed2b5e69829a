import Foundation
import NIOCore
import Synchronization

/// Waits until the live socket says that an attachment's variants are ready.
final class AttachmentWatch: Sendable {
    struct Failed: Error {
        let id: String
    }

    private struct Event: Decodable {
        let attachment: Attachment?
        let message: Message?
    }

    private struct Message: Decodable {
        let attachments: [Attachment]
    }

    private struct Attachment: Decodable {
        let id: String
        let status: String
    }

    private static let mark = Data("attachment".utf8)

    private let loop: any EventLoop
    private let promises = Mutex<[String: EventLoopPromise<NIODeadline>]>([:])

    init(loop: any EventLoop) {
        self.loop = loop
    }

    /// When the event arrives that says so. Asked for before the picture is posted, so that no event comes too early.
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
        let bytes = Data(event)
        guard bytes.range(of: Self.mark) != nil, let event = try? JSONDecoder().decode(Event.self, from: bytes) else {
            return
        }
        for attachment in (event.message?.attachments ?? []) + [event.attachment].compactMap({ $0 }) {
            settle(attachment, at: now)
        }
    }

    private func settle(_ attachment: Attachment, at now: NIODeadline) {
        switch attachment.status {
        case "ready": waiting(for: attachment.id)?.succeed(now)
        case "failed": waiting(for: attachment.id)?.fail(Failed(id: attachment.id))
        default: break
        }
    }

    private func waiting(for id: String) -> EventLoopPromise<NIODeadline>? {
        promises.withLock { $0[id] }
    }
}
