import Chat
import NIOCore

/// Acts on the consequences of the store's transactions: the only place from which a change reaches live connections,
/// cached pages, the files of deleted pictures, the render queue and the requests that wait for it.
struct CommitFollower: ConsequenceFollower {
    let hub: LiveHub
    /// Of the store's database; part of every event's cursor.
    let epoch: String
    let wire: Wire
    let pages: PageCache
    let purger: VariantPurger
    let renderQueue: RenderQueue.Wakeup
    let renderWaiters: RenderWaiters

    func publish(_ events: [Event]) {
        pages.forget(events.lazy.map(\.roomID))
        hub.publish(events.map { LiveEvent($0, epoch: epoch, wire: wire) })
    }

    func follow(_ consequences: Consequences) async {
        switch consequences.changedPages {
        case .rooms(let rooms): pages.forget(rooms)
        case .all: pages.forgetAll()
        }
        hub.endSessions(consequences.endedSessions)
        if consequences.hasQueuedRendering { renderQueue.wake() }
        hub.receive(consequences.receipts)
        for notice in consequences.notices { await send(notice) }
        await purger.purge(consequences.releasedAttachments)
        for attachment in consequences.finishedRenderings { renderWaiters.finished(attachment) }
    }

    func noteActivity(of user: User.ID) {
        wire.presence.active(user)
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

/// The part of the hub that the follower alone uses.
extension LiveHub {
    /// Publishes events and returns at once.
    fileprivate func publish(_ events: [LiveEvent]) {
        loop.execute { onLoop.publish(events) }
    }

    /// Passes on receipts that have moved and returns at once.
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

    /// Sends a person's new name or avatar to those who share one of these rooms with them.
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

    /// Ends or allows transient events between two people. When it returns, none is sent any more that is blocked.
    fileprivate func setBlock(between first: User.ID, and second: User.ID, _ isBlocked: Bool) async {
        // Fails only when the loop has ended, and the connections with it.
        try? await loop.submit { onLoop.transientEvents.setBlock(between: first, and: second, isBlocked) }.get()
    }
}
