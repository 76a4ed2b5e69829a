import FoundationEssentials
import Vocabulary

/// The queue of pictures that wait for their variants, with retries and failures. All of it is stored in the database,
/// so a restart loses nothing.
package struct Renderings: Sendable {
    let store: Store

    /// Starts the next attempt: a waiting picture, or a due retry if no picture waits.
    ///
    /// The attempt is on the disk when this returns, so that a picture that crashes the whole server is not rendered
    /// again at every start.
    package func next() async throws -> RenderTask? {
        let delay = store.retries.longestDelay
        // Most calls find nothing, and a read does not wait for writes.
        let waiting = try await store.read { [now = store.now] db in
            try db.nextRendering(at: now(), longestDelay: delay)
        }
        guard waiting != nil else { return nil }
        return try await store.change(about: []) { transaction in
            let (db, now) = (transaction.db, transaction.now)
            guard let next = try db.nextRendering(at: now, longestDelay: delay) else { return nil }
            let sha256 = try transaction.start(next)
            return RenderTask(id: next, crashCount: try db.crashes(ofSameContent: sha256, as: next, at: now))
        }
    }

    /// Withdraws an attempt that failed for a reason unrelated to the picture.
    package func withdrawAttempt(_ id: Attachment.ID) async throws {
        try await store.change(about: [], for: .maintaining) { transaction in
            try transaction.execute(
                """
                UPDATE renderings SET state = CASE WHEN failure_code IS NULL THEN 'waiting' ELSE 'scheduled' END
                WHERE attachment_id = ? AND state = 'running'
                """,
                [id]
            )
        }
    }

    /// Attempts that have started and not ended. Before a process has started any, they are those that were running
    /// when the previous process ended.
    package func interrupted() async throws -> [Attachment.ID] {
        try await store.read { try $0.values(Attachment.ID.self, Snapshot.runningRenderings) }
    }

    /// Time until the next retry is due; zero if one is due already, nil if none is scheduled.
    package func timeToNextRetry() async throws -> Duration? {
        try await store.read { [now = store.now, delay = store.retries.longestDelay] db in
            guard let next = try db.value(Timestamp.self, Snapshot.nextRetryTime) else { return nil }
            let now = now()
            guard next <= now + delay else { return .zero }
            return .milliseconds(max(0, next.milliseconds - now.milliseconds))
        }
    }

    /// Number of pictures that wait for their variants, and of failed pictures that have a scheduled retry.
    package func counts() async throws -> (waiting: Int, retries: Int) {
        try await store.read { db in
            (
                try db.value(Int.self, Snapshot.queuedCount) ?? 0,
                try db.value(Int.self, Snapshot.retryCount) ?? 0
            )
        }
    }

    /// Returns a failed picture to the queue and restarts its retry schedule. Its crashes still count.
    ///
    /// It is as much work as an upload, and counts as one.
    ///
    /// - Returns: The attachment, and how many more uploads the person may begin at once; nil without a limit.
    /// - Throws: `rateLimited`; `notFound`, also if the caller may not see it; `conflict` if it has not failed or is in
    ///   quarantine; `queueFull`.
    package func retry(
        _ id: Attachment.ID,
        by caller: Caller
    ) async throws -> (attachment: Replayable<Attachment>, remaining: Int?) {
        let remaining = try store.begin(\.uploads, by: caller)
        let attachment = try await store.change(about: [.person(caller.user)], for: .uploading) {
            [limits = store.limits] transaction in
            let attachment = try transaction.db.attachment(id, for: caller.user)
            return try transaction.idempotent(
                caller.idempotentRequest,
                subject: \.id,
                replay: { try $0.attachment($1) }
            ) { transaction in
                let attachment = try transaction.requeue(attachment, limits)
                transaction.consequences.hasQueuedRendering = true
                // There is no event for this, but the pages that show the picture have changed.
                transaction.consequences.changedPages = .all
                return attachment
            }
        }
        return (attachment, remaining)
    }
}

/// A picture to render.
package struct RenderTask: Sendable, Equatable {
    package let id: Attachment.ID
    /// Crashes of the same content so far.
    package let crashCount: Int
}

extension Store {
    package var renderings: Renderings { Renderings(store: self) }
}

extension WriteTransaction {
    /// - Returns: SHA-256 of the content.
    fileprivate func start(_ id: Attachment.ID) throws -> Data {
        let sha256 = try db.value(
            Data.self,
            "UPDATE renderings SET state = 'running' WHERE attachment_id = ? RETURNING sha256",
            [id]
        )
        guard let sha256 else { throw Refusal.notFound() }
        return sha256
    }
}
