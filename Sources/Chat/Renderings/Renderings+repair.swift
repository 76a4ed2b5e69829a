import Vocabulary

extension Renderings {
    /// Returns finished pictures, whose variants have been lost, to the queue. Until they are rendered, clients see them
    /// as processing and receive no URLs.
    ///
    /// Takes at most half of the queue, and half of each owner's share of it, so that uploads still find room. A picture
    /// that is waiting already is not queued twice.
    ///
    /// - Returns: The pictures that this call has queued. The others have been deleted or queued in the meantime, or
    ///   have to wait for room in the queue.
    package func renderAgain(_ ids: [Attachment.ID]) async throws -> [Attachment.ID] {
        guard !ids.isEmpty else { return [] }
        var limits = store.limits
        limits.waitingPictures = (limits.waitingPictures + 1) / 2
        limits.waitingPicturesPerPerson = (limits.waitingPicturesPerPerson + 1) / 2
        return try await store.change(about: []) { [limits] transaction in
            let queued = try ids.filter { try transaction.renderAgain($0, limits) }
            transaction.consequences.hasQueuedRendering = !queued.isEmpty
            // There is no event for this, but the pages that show the pictures have changed.
            if !queued.isEmpty { transaction.consequences.changedPages = .all }
            return queued
        }
    }
}

extension WriteTransaction {
    /// - Returns: Whether the picture has been queued.
    fileprivate func renderAgain(_ id: Attachment.ID, _ limits: ChatLimits) throws -> Bool {
        guard var rendering = try db.rendering(of: id), rendering.state == .finished,
            let attachment = try? db.undeletedAttachment(id)
        else { return false }
        do {
            try checkQueue(for: rendering.ownerID, limits)
        } catch Refusal.queueFull {
            return false
        }
        rendering.requeue(try virtualFinishTime(of: rendering.ownerID, cost: rendering.cost))
        try update(rendering)
        if let message = attachment.messageID { try markChangedWithoutEvent(message) }
        return true
    }
}
