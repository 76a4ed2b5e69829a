import Chat
import Synchronization

/// Requests that wait until a picture is rendered or has failed.
final class RenderWaiters: Sendable {
    /// Most requests that may wait; further ones do not wait.
    static let maxWaiting = 1000

    private struct Waiting {
        var streams: [Attachment.ID: [Int: AsyncStream<Void>.Continuation]] = [:]
        var count = 0
        var next = 0
    }

    private let waiting = Mutex(Waiting())

    /// Wakes the requests that wait for a picture.
    func finished(_ id: Attachment.ID) {
        let streams = waiting.withLock { $0.streams[id] ?? [:] }
        for stream in streams.values { stream.finish() }
    }

    /// Waits until the attachment is no longer processing, up to `time`.
    ///
    /// - Returns: The attachment as `read` then returns it.
    func wait(
        for id: Attachment.ID,
        atMost time: Duration,
        read: @Sendable () async throws -> Attachment
    ) async throws -> Attachment {
        guard let (stream, ticket) = enter(id) else { return try await read() }
        defer { leave(id, ticket) }
        // Read after entering, so that no change in between is missed.
        let attachment = try await read()
        guard attachment.status == .processing else { return attachment }
        await withTaskGroup { group in
            group.addTask { for await _ in stream {} }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
        return try await read()
    }

    private func enter(_ id: Attachment.ID) -> (AsyncStream<Void>, Int)? {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        return waiting.withLock { waiting in
            guard waiting.count < Self.maxWaiting else { return nil }
            waiting.count += 1
            waiting.next += 1
            waiting.streams[id, default: [:]][waiting.next] = continuation
            return (stream, waiting.next)
        }
    }

    private func leave(_ id: Attachment.ID, _ ticket: Int) {
        waiting.withLock { waiting in
            waiting.count -= 1
            waiting.streams[id]?[ticket] = nil
            if waiting.streams[id]?.isEmpty == true { waiting.streams[id] = nil }
        }
    }
}
