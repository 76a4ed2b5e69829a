import Foundation
import GRDB
import Vocabulary

/// The queue of pictures that wait for their variants is the attachment rows themselves, so a restart loses nothing.
///
/// A row says two things: `state` what clients see, and `retry_at` that a failed one is tried again by itself. A retry
/// changes neither until it has ended, so that nobody sees a picture flicker.
extension Store {
    /// A picture to render.
    package struct RenderTask: Sendable, Equatable {
        package let id: Attachment.ID
        /// Workers that the same bytes have brought down already.
        package let deaths: Int
    }

    /// How a try ended that brought no variants.
    package enum RenderEnd: Sendable, Equatable {
        /// The picture is tried again at once.
        case again
        case failed(Attachment.Failure)
    }

    /// The picture whose turn it is, with its try written down before it begins: one that brings down the whole server
    /// must not be tried for ever. A retry gets a turn that nobody else wants.
    package func nextRendering() async throws -> RenderTask? {
        let waiting = try await read { [now, retries] db in
            try db.nextRendering(at: now(), longestDelay: retries.longestDelay)
        }
        guard waiting != nil else { return nil }
        return try await change { [retries] change in
            let next = try change.db.nextRendering(at: change.now, longestDelay: retries.longestDelay)
            guard let next else { return nil }
            try change.execute("UPDATE attachments SET attempts = deaths + 1 WHERE id = ?", [next])
            return RenderTask(id: next, deaths: try change.db.deaths(byBytesOf: next, at: change.now))
        }
    }

    /// Takes back a try that came to nothing for a reason that has nothing to do with the picture.
    package func withdrawAttempt(_ id: Attachment.ID) async throws {
        try await change { change in
            try change.execute("UPDATE attachments SET attempts = deaths WHERE id = ?", [id])
        }
    }

    /// Tries that began and have no end. Before the first one of a server's life these are the ones that the last life
    /// ended with.
    package func interruptedRenderings() async throws -> [Attachment.ID] {
        try await read { try Attachment.ID.fetchAll($0.cachedStatement(sql: Database.interruptedRenderings)) }
    }

    /// Time until the next retry is due; zero when it is already, nil when none is to come.
    package func timeToNextRetry() async throws -> Duration? {
        try await read { [now, retries] db in
            guard let next = try Timestamp.fetchOne(db.cachedStatement(sql: Database.nextRetryTime)) else { return nil }
            let now = now()
            guard next <= now + retries.longestDelay else { return .zero }
            return .milliseconds(max(0, next.milliseconds - now.milliseconds))
        }
    }

    /// Pictures that wait for their variants, and failed ones that are tried again.
    package func renderingCounts() async throws -> (waiting: Int, retries: Int) {
        try await read { db in
            (
                try Int.fetchOne(db, sql: Database.waitingCount) ?? 0,
                try Int.fetchOne(db, sql: Database.retryCount) ?? 0
            )
        }
    }

    /// Makes the variants visible and tells the room. Their files must be on the disk.
    ///
    /// - Parameters:
    ///   - placeholder: A ThumbHash of 5–64 bytes.
    ///   - animation: The moving form, where there is one.
    ///   - isDamaged: Whether part of the picture is missing or wrong.
    /// - Returns: The attachment, or nil when it was deleted meanwhile: then its files go.
    @discardableResult
    package func finishRendering(
        _ id: Attachment.ID,
        variants: [Variant],
        placeholder: Data? = nil,
        animation: Animation? = nil,
        isDamaged: Bool = false
    ) async throws -> Attachment? {
        try await change { change in
            change.consequences.finishedRenderings.append(id)
            guard try change.markReady(id, placeholder, animation, isDamaged: isDamaged) else {
                change.consequences.releasedAttachments.append(id)
                return nil
            }
            try change.insert(variants, of: id)
            return try change.tellRoom(of: id) { .attachmentReady($0, in: $1) }
        }
    }

    /// Writes down what comes of a try that brought no variants, and tells the room when the picture has failed.
    ///
    /// - Returns: Nil when the picture was deleted meanwhile.
    package func settleRendering(_ id: Attachment.ID, _ trouble: RenderTrouble) async throws -> RenderEnd? {
        try await change { [retries] change in
            guard let done = try change.db.retries(of: id) else {
                change.consequences.finishedRenderings.append(id)
                return nil
            }
            let deaths = try change.db.deaths(byBytesOf: id, at: change.now)
            let step = retries.step(after: trouble, deaths: deaths, retries: done)
            try change.count(deaths + (trouble.cause.isDeath ? 1 : 0), of: id)
            guard let failure = Attachment.Failure(step, trouble, at: change.now) else { return .again }
            try change.markFailed(id, failure, step)
            _ = try change.tellRoom(of: id) { .attachmentFailed($0, in: $1) }
            change.consequences.finishedRenderings.append(id)
            return .failed(failure)
        }
    }
}

extension Attachment.Failure {
    /// Nil where the picture has not failed.
    fileprivate init?(_ step: RetrySchedule.Step, _ trouble: RenderTrouble, at now: Timestamp) {
        switch step {
        case .again: return nil
        case .retry(let delay): self.init(code: trouble.code, detail: trouble.detail, retryAt: now + delay)
        case .reject, .giveUp: self.init(code: trouble.code, detail: trouble.detail)
        case .quarantine: self.init(code: RenderTrouble.deadly.code, detail: RenderTrouble.deadly.detail)
        }
    }
}

extension RetrySchedule.Step {
    /// Whether the same bytes would fail again, wherever they came from.
    fileprivate var isVerdict: Bool {
        switch self {
        case .reject, .quarantine: true
        case .again, .retry, .giveUp: false
        }
    }
}

extension WriteTransaction {
    /// - Returns: Whether it still waited for that.
    fileprivate func markReady(
        _ id: Attachment.ID,
        _ placeholder: Data?,
        _ animation: Animation?,
        isDamaged: Bool
    ) throws -> Bool {
        try execute(
            """
            UPDATE attachments SET state = 'ready', is_damaged = ?, placeholder = ?,
                animation_width = ?, animation_height = ?, animation_byte_count = ?,
                failure_code = NULL, failure_detail = NULL, retry_at = NULL, attempts = deaths
            WHERE id = ? AND \(Database.isToBeRendered)
            """,
            [isDamaged, placeholder, animation?.width, animation?.height, animation?.byteCount, id]
        ) == 1
    }

    fileprivate func insert(_ variants: [Variant], of id: Attachment.ID) throws {
        for variant in variants {
            try execute(
                """
                INSERT INTO variants (attachment_id, size, file_size, width, height, format, byte_count)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    id, variant.size, variant.fileSize, variant.width, variant.height, variant.format,
                    variant.byteCount,
                ]
            )
        }
    }

    /// Ends the try.
    fileprivate func count(_ deaths: Int, of id: Attachment.ID) throws {
        try execute("UPDATE attachments SET deaths = ?1, attempts = ?1 WHERE id = ?2", [deaths, id])
    }

    fileprivate func markFailed(
        _ id: Attachment.ID,
        _ failure: Attachment.Failure,
        _ step: RetrySchedule.Step
    ) throws {
        try execute(
            """
            UPDATE attachments SET state = 'failed', failure_code = ?, failure_detail = ?,
                retries = retries + 1, retry_at = ?, rejected_at = ?
            WHERE id = ?
            """,
            [failure.code, failure.detail, failure.retryAt, step.isVerdict ? now : nil, id]
        )
    }

    fileprivate mutating func tellRoom(
        of id: Attachment.ID,
        _ content: (Attachment, Message.ID) -> Event.Content
    ) throws -> Attachment {
        let attachment = try db.attachment(id)
        let room = try Room.ID.fetchOne(db, sql: "SELECT room_id FROM attachments WHERE id = ?", arguments: [id])
        if let message = attachment.messageID, let room {
            try record(content(attachment, message), in: room)
        }
        return attachment
    }
}
