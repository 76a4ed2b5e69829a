import Chat
import NIOCore

/// Acts on the consequences of transactions. It is the only way from a change to live connections, cached pages, the
/// files of deleted pictures, the render queue, and the requests that wait for a picture.
struct CommitFollower: ConsequenceFollower {
    let hub: LiveHub
    /// The epoch of the database, which is part of every cursor.
    let epoch: String
    let presence: Presence
    let encoding: JSONEncoding
    let pages: PageCache
    let purger: VariantPurger
    let renderQueue: RenderQueue.Wakeup
    let renderWaiters: RenderWaiters

    func publish(_ events: [Event]) {
        pages.invalidate(events.lazy.map(\.roomID))
        hub.publish(events.map { LiveEvent($0, epoch: epoch, encoding: encoding) })
    }

    func follow(_ consequences: Consequences) async {
        switch consequences.changedPages {
        case .rooms(let rooms): pages.invalidate(rooms)
        case .all: pages.invalidateAll()
        }
        hub.endSessions(consequences.endedSessions)
        if consequences.hasQueuedRendering { renderQueue.wake() }
        hub.receive(consequences.receipts)
        for notice in consequences.notices { await send(notice) }
        await purger.purge(consequences.releasedAttachments)
        for attachment in consequences.finishedRenderings { renderWaiters.finished(attachment) }
    }

    func noteActivity(of user: User.ID) {
        presence.active(user)
    }

    private func send(_ notice: Notice) async {
        switch notice {
        case .typing(let user, let room): hub.typing(user, in: room)
        case .profile(let user, let rooms): hub.announce(user, in: rooms)
        case .invitation(let room, let user): hub.notify(user, .invitation(room))
        case .roomHidden(let room, let isHidden, let user): hub.notify(user, .roomHidden(room, isHidden))
        case .blocked(let other, let user):
            await hub.setBlock(between: user, and: other, true)
            hub.notify(user, .block(other, true))
        case .unblocked(let other, let user, let isLast):
            if isLast { await hub.setBlock(between: user, and: other, false) }
            hub.notify(user, .block(other, false))
        }
    }
}

/// The operations of the hub that only the follower uses.
extension LiveHub {
    /// Publishes events, without waiting for their delivery.
    fileprivate func publish(_ events: [LiveEvent]) {
        loop.execute { onLoop.publish(events) }
    }

    /// Passes on changed receipts, without waiting for their delivery.
    fileprivate func receive(_ receipts: [Receipt]) {
        guard !receipts.isEmpty else { return }
        loop.execute { onLoop.transientEvents.receive(receipts) }
    }

    /// Closes the connections of sessions that have ended.
    fileprivate func endSessions(_ ids: [Session.ID]) {
        guard !ids.isEmpty else { return }
        let ended = Set(ids)
        loop.execute { onLoop.close(.unauthenticated) { ended.contains($0.sessionID) } }
    }

    /// Sends a person's new name or avatar to everybody in these rooms.
    fileprivate func announce(_ user: User, in rooms: [Room.ID]) {
        loop.execute { onLoop.transientEvents.announce(user, in: rooms) }
    }

    fileprivate func typing(_ user: User.ID, in room: Room.ID) {
        loop.execute { onLoop.transientEvents.typing(user, in: room) }
    }

    /// Sends an event to every connection of one person.
    fileprivate func notify(_ user: User.ID, _ event: TransientEvent) {
        loop.execute { onLoop.transientEvents.notify(user, event) }
    }

    /// Blocks or allows transient events between two people. No blocked event is sent after it returns.
    fileprivate func setBlock(between first: User.ID, and second: User.ID, _ isBlocked: Bool) async {
        // Fails only after the loop has shut down, when there are no connections.
        try? await loop.submit { onLoop.transientEvents.setBlock(between: first, and: second, isBlocked) }.get()
    }
}
