import Foundation
import GRDB
import Vocabulary

/// A picture to render.
package struct RenderTask: Sendable, Equatable {
    package let id: Attachment.ID
    /// Crashes of the same content so far.
    package let crashCount: Int
}

extension Store {
    /// The queue of pictures that wait for their variants, their retries and their failures. All of it is rows, so a
    /// restart loses nothing.
    package struct Renderings: Sendable {
        fileprivate let store: Store
    }

    package var renderings: Renderings { Renderings(store: self) }
}

extension Store.Renderings {
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
        return try await store.change { change in
            guard let next = try change.db.nextRendering(at: change.now, longestDelay: delay) else { return nil }
            let sha256 = try change.start(next)
            let crashes = try change.db.crashes(ofSameContent: sha256, as: next, at: change.now)
            return RenderTask(id: next, crashCount: crashes)
        }
    }

    /// Takes an attempt back that failed for a reason unrelated to the picture.
    package func withdrawAttempt(_ id: Attachment.ID) async throws {
        try await store.change { change in
            try change.execute(
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
        try await store.read { try Attachment.ID.fetchAll($0.cachedStatement(sql: Database.runningRenderings)) }
    }

    /// Time until the next retry is due; zero when it is due already, nil when none is scheduled.
    package func timeToNextRetry() async throws -> Duration? {
        try await store.read { [now = store.now, delay = store.retries.longestDelay] db in
            guard let next = try Timestamp.fetchOne(db.cachedStatement(sql: Database.nextRetryTime)) else { return nil }
            let now = now()
            guard next <= now + delay else { return .zero }
            return .milliseconds(max(0, next.milliseconds - now.milliseconds))
        }
    }

    /// Pictures that wait for their variants, and failed ones that are retried.
    package func counts() async throws -> (waiting: Int, retries: Int) {
        try await store.read { db in
            (
                try Int.fetchOne(db, sql: Database.queuedCount) ?? 0,
                try Int.fetchOne(db, sql: Database.retryCount) ?? 0
            )
        }
    }

    /// Makes the variants visible and records the event in the room. Their files must be on the disk.
    ///
    /// - Parameters:
    ///   - placeholder: A ThumbHash of 5–64 bytes.
    ///   - animation: The animated form, where there is one.
    ///   - isDamaged: Whether part of the picture is missing or wrong.
    /// - Returns: The attachment, or nil when it was deleted meanwhile: then its files go.
    @discardableResult
    package func finish(
        _ id: Attachment.ID,
        variants: [Variant],
        placeholder: Data? = nil,
        animation: Animation? = nil,
        isDamaged: Bool = false
    ) async throws -> Attachment? {
        try await store.change { change in
            change.consequences.finishedRenderings.append(id)
            guard try change.markFinished(id) else {
                change.consequences.releasedAttachments.append(id)
                return nil
            }
            let room = try change.writeResult(id, placeholder, animation, isDamaged: isDamaged)
            try change.insert(variants, of: id)
            return try change.recordEvent(of: id, in: room) { .attachmentReady($0, in: $1) }
        }
    }

    /// Ends an attempt that brought no variants, and records the event in the room if the picture has failed.
    ///
    /// - Returns: Nil when the picture was deleted meanwhile.
    package func recordFailure(_ id: Attachment.ID, _ problem: RenderProblem) async throws -> FailureDecision? {
        try await store.change { [retries = store.retries] change in
            guard var rendering = try change.db.unfinishedRendering(of: id) else {
                change.consequences.finishedRenderings.append(id)
                return nil
            }
            let crashes = try change.db.crashes(ofSameContent: rendering.sha256, as: id, at: change.now)
            let decision = rendering.fail(problem, crashes: crashes, retries, at: change.now)
            try change.update(rendering)
            if case .failed = decision {
                let room = try change.db.room(ofAttachment: id)
                _ = try change.recordEvent(of: id, in: room) { .attachmentFailed($0, in: $1) }
                change.consequences.finishedRenderings.append(id)
            }
            return decision
        }
    }
}

extension Database {
    /// Nil before the attachment is sent.
    fileprivate func room(ofAttachment id: Attachment.ID) throws -> Room.ID? {
        try Room.ID.fetchOne(cachedStatement(sql: "SELECT room_id FROM attachments WHERE id = ?"), arguments: [id])
    }
}

extension WriteTransaction {
    /// - Returns: SHA-256 of the content.
    fileprivate func start(_ id: Attachment.ID) throws -> Data {
        let statement = try db.cachedStatement(
            sql: "UPDATE renderings SET state = 'running' WHERE attachment_id = ? RETURNING sha256"
        )
        guard let sha256 = try Data.fetchOne(statement, arguments: [id]) else { throw Refusal.notFound() }
        return sha256
    }

    /// - Returns: Whether the rendering was still wanted.
    fileprivate func markFinished(_ id: Attachment.ID) throws -> Bool {
        try execute(
            """
            UPDATE renderings SET state = 'finished', failure_code = NULL, failure_detail = NULL, next_attempt_at = NULL
            WHERE attachment_id = ? AND \(Database.isUnfinished)
            """,
            [id]
        ) == 1
    }

    /// - Returns: The attachment's room; nil before it is sent.
    fileprivate func writeResult(
        _ id: Attachment.ID,
        _ placeholder: Data?,
        _ animation: Animation?,
        isDamaged: Bool
    ) throws -> Room.ID? {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE attachments SET is_damaged = ?, placeholder = ?, animation_width = ?, animation_height = ?,
                    animation_byte_count = ?
                WHERE id = ? RETURNING room_id
                """
        )
        return try Room.ID.fetchOne(
            statement,
            arguments: [isDamaged, placeholder, animation?.width, animation?.height, animation?.byteCount, id]
        )
    }

    /// One statement, however many variants there are.
    fileprivate func insert(_ variants: [Variant], of id: Attachment.ID) throws {
        guard !variants.isEmpty else { return }
        let rows = Array(repeating: "(?, ?, ?, ?, ?, ?, ?)", count: variants.count).joined(separator: ", ")
        let values = variants.reduce(into: StatementArguments()) { values, variant in
            values += [
                id, variant.size, variant.fileSize, variant.width, variant.height, variant.format, variant.byteCount,
            ]
        }
        try execute(
            "INSERT INTO variants (attachment_id, size, file_size, width, height, format, byte_count) VALUES \(rows)",
            values
        )
    }

    fileprivate mutating func recordEvent(
        of id: Attachment.ID,
        in room: Room.ID?,
        _ content: (Attachment, Message.ID) -> Event.Content
    ) throws -> Attachment {
        let attachment = try db.attachment(id)
        if let message = attachment.messageID, let room {
            try record(content(attachment, message), in: room)
        }
        return attachment
    }
}
