import FoundationEssentials
import Vocabulary

/// The queue of pictures that wait for their variants, their retries and their failures. All of it is rows, so a restart
/// loses nothing.
package struct Renderings: Sendable {
    let store: Store

    /// Starts the attempt whose turn it is: a waiting picture, or a due retry when none waits.
    ///
    /// The attempt is on the disk when this returns, so that a picture that crashes the whole server is not rendered
    /// again at every start.
    package func next() async throws -> RenderTask? {
        let delay = store.retries.longestDelay
        // Most calls find nothing, and a read does not wait for the writes.
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

    /// Takes an attempt back that failed for a reason unrelated to the picture.
    package func withdrawAttempt(_ id: Attachment.ID) async throws {
        try await store.change(about: []) { transaction in
            try transaction.execute(
                """
                UPDATE renderings SET state = CASE WHEN failure_code IS NULL THEN 'waiting' ELSE 'scheduled' END
                WHERE attachment_id = ? AND state = 'running'
                """,
                [id]
            )
        }
    }

    /// Attempts that have started and not ended. Before the first one of a process these are the ones that were running
    /// when the previous process ended.
    package func interrupted() async throws -> [Attachment.ID] {
        try await store.read { try $0.values(Attachment.ID.self, Snapshot.runningRenderings) }
    }

    /// Time until the next retry is due; zero when it is due already, nil when none is scheduled.
    package func timeToNextRetry() async throws -> Duration? {
        try await store.read { [now = store.now, delay = store.retries.longestDelay] db in
            guard let next = try db.value(Timestamp.self, Snapshot.nextRetryTime) else { return nil }
            let now = now()
            guard next <= now + delay else { return .zero }
            return .milliseconds(max(0, next.milliseconds - now.milliseconds))
        }
    }

    /// Pictures that wait for their variants, and failed ones that are retried.
    package func counts() async throws -> (waiting: Int, retries: Int) {
        try await store.read { db in
            (
                try db.value(Int.self, Snapshot.queuedCount) ?? 0,
                try db.value(Int.self, Snapshot.retryCount) ?? 0
            )
        }
    }

    /// Puts a failed picture into the queue again, with all its retries before it. Its crashes still count.
    ///
    /// It is as much work as an upload, and is counted as one.
    ///
    /// - Returns: The attachment, and how many uploads the person may begin at once after this; nil without a limit.
    /// - Throws: `rateLimited`; `notFound` also for what the caller may not see; `conflict` unless it failed, and for one
    ///   in quarantine; `queueFull`.
    package func retry(
        _ id: Attachment.ID,
        by caller: Caller
    ) async throws -> (attachment: Replayable<Attachment>, remaining: Int?) {
        let remaining = try store.begin(\.uploads, by: caller)
        let attachment = try await store.change(about: subjects(of: id)) { [limits = store.limits] transaction in
            let attachment = try transaction.db.attachment(id, for: caller.user)
            return try transaction.idempotent(
                caller.idempotentRequest,
                subject: \.id,
                replay: { try $0.attachment($1) }
            ) { transaction in
                let attachment = try transaction.requeue(attachment, limits)
                transaction.consequences.hasQueuedRendering = true
                // There is no event for this, but the page that holds the picture has changed.
                transaction.consequences.changedPages = .all
                return attachment
            }
        }
        return (attachment, remaining)
    }

    /// What a change of the attachment's rendering relies on: the queue of its owner, and the room it was sent to.
    func subjects(of id: Attachment.ID) async throws -> [Subject] {
        try await store.read { db in
            try db.first(Snapshot.attachmentSubjects, [id]) { row in
                let room: Room.ID? = row[1]
                return [.person(row[0])] + (room.map { [.room($0)] } ?? [])
            } ?? []
        }
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
