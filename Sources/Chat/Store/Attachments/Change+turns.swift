import GRDB
import Vocabulary

/// Whose picture is rendered next: fair queueing by virtual finish times (Demers, Keshav and Shenker, "Analysis and
/// Simulation of a Fair Queueing Algorithm", 1989), with each person as a flow.
extension WriteTransaction {
    /// How much slower than alone a picture is reckoned to be done. As if twenty people shared the worker: the larger,
    /// the more a small picture is ahead of a large one that came before it.
    private static let slowness: Int64 = 20
    /// Seconds after which a client that was refused may ask again: some pictures have been rendered by then.
    private static let retrySeconds = 5

    /// When a picture that begins to wait now is reckoned to be done: after its owner's others that are no larger.
    ///
    /// So small pictures come before large ones, a burst holds up nobody but who sent it, and since time goes on for those
    /// that come later, nobody is overtaken for ever.
    ///
    /// - Parameter cost: Estimated milliseconds of rendering.
    func turn(of owner: User.ID, cost: Int) throws -> Timestamp {
        let before = try Int64.fetchOne(db.cachedStatement(sql: Database.costBefore), arguments: [owner, cost]) ?? 0
        return Timestamp(milliseconds: now.milliseconds + Self.slowness * (Int64(cost) + before))
    }

    /// - Throws: `queueFull`.
    func checkQueue(for owner: User.ID, _ limits: ChatLimits) throws {
        let own = try Int.fetchOne(db.cachedStatement(sql: Database.ownWaitingCount), arguments: [owner]) ?? 0
        guard own < limits.waitingPicturesPerPerson else {
            throw Refusal.queueFull(
                limit: limits.waitingPicturesPerPerson,
                isOwn: true,
                retryAfterSeconds: Self.retrySeconds
            )
        }
        guard try Int.fetchOne(db.cachedStatement(sql: Database.waitingCount)) ?? 0 < limits.waitingPictures else {
            throw Refusal.queueFull(
                limit: limits.waitingPictures,
                isOwn: false,
                retryAfterSeconds: Self.retrySeconds
            )
        }
    }
}

extension Database {
    static let costBefore = """
        SELECT sum(render_cost) FROM attachments
        WHERE owner_id = ? AND state = 'processing' AND deleted_at IS NULL AND render_cost <= ?
        """
    static let ownWaitingCount = """
        SELECT count(*) FROM attachments WHERE owner_id = ? AND state = 'processing' AND deleted_at IS NULL
        """
    static let waitingCount = "SELECT count(*) FROM attachments WHERE state = 'processing' AND deleted_at IS NULL"
}
