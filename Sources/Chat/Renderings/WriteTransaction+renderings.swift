import Vocabulary

/// The order of renderings: fair queueing by virtual finish times (Demers, Keshav and Shenker, "Analysis and Simulation
/// of a Fair Queueing Algorithm", 1989), with each person as a flow.
extension WriteTransaction {
    /// The number of people that the worker is assumed to be shared by. The larger it is, the further a small picture
    /// moves ahead of a large one that arrived earlier.
    private static let fairShare: Int64 = 20
    /// Seconds after which a refused client may try again: some pictures have been rendered by then.
    private static let retrySeconds = 5

    /// When a picture that is queued now would be finished if its owner had one fair share of the worker: after the
    /// owner's other pictures that cost no more.
    ///
    /// So small pictures come before large ones, and a burst delays only the person who sent it. No picture starves,
    /// since later pictures start from a later time.
    ///
    /// - Parameter cost: Estimated milliseconds of rendering.
    func virtualFinishTime(of owner: User.ID, cost: Int) throws -> Timestamp {
        let queued = try db.value(Int64.self, Snapshot.queuedCost, [owner, cost]) ?? 0
        return Timestamp(milliseconds: now.milliseconds + Self.fairShare * (Int64(cost) + queued))
    }

    /// - Throws: `queueFull`.
    func checkQueue(for owner: User.ID, _ limits: ChatLimits) throws {
        let own = try db.value(Int.self, Snapshot.ownQueuedCount, [owner]) ?? 0
        guard own < limits.waitingPicturesPerPerson else {
            throw Refusal.queueFull(
                limit: limits.waitingPicturesPerPerson,
                isOwn: true,
                retryAfterSeconds: Self.retrySeconds
            )
        }
        guard try db.value(Int.self, Snapshot.queuedCount) ?? 0 < limits.waitingPictures else {
            throw Refusal.queueFull(
                limit: limits.waitingPictures,
                isOwn: false,
                retryAfterSeconds: Self.retrySeconds
            )
        }
    }

    /// Returns a failed picture to the queue.
    ///
    /// - Throws: `conflict`, `queueFull`.
    func requeue(_ attachment: Attachment, _ limits: ChatLimits) throws -> Attachment {
        guard case .failed(let failure) = attachment.status, var rendering = try db.rendering(of: attachment.id) else {
            throw Refusal.conflict("Only a failed attachment can be rendered again.")
        }
        guard attachment.facts.kind == .image else {
            throw Refusal.conflict("The picture exceeds a limit and is kept as a file. It is not rendered.")
        }
        guard failure.code != Attachment.Failure.quarantined else {
            throw Refusal.conflict(
                "Rendering this picture, or a copy of it, crashed the renderer twice. It is not rendered again."
            )
        }
        try checkQueue(for: attachment.ownerID, limits)
        rendering.requeue(try virtualFinishTime(of: attachment.ownerID, cost: rendering.cost))
        try update(rendering)
        if let message = attachment.messageID { try markChangedWithoutEvent(message) }
        return try db.attachment(attachment.id)
    }

    /// The change has no event of its own; it counts as part of the room's next event.
    func markChangedWithoutEvent(_ message: Message.ID) throws {
        try updateMessage(
            message,
            "changed_seq = (SELECT last_seq + 1 FROM rooms WHERE rooms.id = messages.room_id)",
            []
        )
    }

    func insert(_ rendering: Rendering) throws {
        try execute(
            """
            INSERT INTO renderings (attachment_id, owner_id, sha256, cost, state, queue_priority, retry_count, crash_count,
                failure_code, failure_detail, next_attempt_at, content_failed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [rendering.attachmentID, rendering.ownerID, rendering.sha256, rendering.cost] + rendering.progress
        )
    }

    func update(_ rendering: Rendering) throws {
        try execute(
            """
            UPDATE renderings SET state = ?, queue_priority = ?, retry_count = ?, crash_count = ?,
                failure_code = ?, failure_detail = ?, next_attempt_at = ?, content_failed_at = ?
            WHERE attachment_id = ?
            """,
            rendering.progress + [rendering.attachmentID]
        )
    }
}

extension Rendering {
    /// The columns that change, in the order in which both statements have them.
    fileprivate var progress: SQLValues {
        [
            state, queuePriority, retryCount, crashCount,
            failure?.code, failure?.detail, failure?.retryAt, contentFailedAt,
        ]
    }
}
