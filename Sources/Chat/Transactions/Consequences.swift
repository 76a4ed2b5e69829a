import Vocabulary

/// What the rest of the server has to do after a transaction is committed.
///
/// It is recorded inside the transaction, so an operation that throws has none. A `ConsequenceFollower` acts on it.
package struct Consequences: Sendable {
    /// In the order of their positions.
    package internal(set) var events: [Event] = []
    /// Attachments that nobody may fetch any more.
    package internal(set) var releasedAttachments: [Attachment.ID] = []
    /// Sessions whose connections are to be closed.
    package internal(set) var endedSessions: [Session.ID] = []
    /// Sessions that have a new token; the previous one is invalid.
    var renewedSessions: [Session.ID] = []
    /// Whether a picture was added to the rendering queue.
    package internal(set) var hasQueuedRendering = false
    /// Pictures that have variants now, have failed, or were deleted while they were rendered.
    package internal(set) var finishedRenderings: [Attachment.ID] = []
    /// Pages of history that have changed, besides those of rooms with an event.
    package internal(set) var changedPages = ChangedPages.rooms([])
    /// Receipts that have moved.
    package internal(set) var receipts: [Receipt] = []
    /// In the order in which they are sent.
    package internal(set) var notices: [Notice] = []

    /// Whether there is something to do beyond publishing the events.
    var needFollowing: Bool {
        !(releasedAttachments.isEmpty && endedSessions.isEmpty && !hasQueuedRendering && finishedRenderings.isEmpty
            && changedPages == .rooms([]) && receipts.isEmpty && notices.isEmpty)
    }
}

/// Pages of history that have changed although there is no event in their room.
package enum ChangedPages: Sendable, Equatable {
    case rooms(Set<Room.ID>)
    case all
}

/// Something that is sent to connected clients and is not in the log.
package enum Notice: Sendable, Equatable {
    /// Somebody is typing; sent to the other members of the room.
    case typing(User.ID, in: Room.ID)
    /// Somebody has a new name or avatar; sent to themselves and to everybody in these rooms.
    case profile(User, in: [Room.ID])
    /// The person's invitations to the room have changed; sent to that person.
    case invitation(to: Room.ID, for: User.ID)
    /// The person has hidden a direct room, or shown it again; sent to that person.
    case roomHidden(Room.ID, Bool, for: User.ID)
    /// The second person has blocked the first. Transient events between the two stop before the caller is answered.
    case blocked(User.ID, by: User.ID)
    /// The second person has lifted their block of the first.
    ///
    /// - Parameter isLast: Whether neither of them blocks the other any more.
    case unblocked(User.ID, by: User.ID, isLast: Bool)
}

/// Acts on the consequences of committed transactions, and on the activity of the people who request operations.
package protocol ConsequenceFollower: Sendable {
    /// Receives the events of one commit. Called on the writer's thread, in the order of the commits and before any of
    /// the writers is answered, so it must not block.
    func publish(_ events: [Event])

    /// Acts on everything but the events. The caller of the operation is answered when this returns.
    ///
    /// The change is committed, so this cannot fail: what cannot be done is logged and left to the janitor. Cancelling
    /// the caller does not cancel this.
    func follow(_ consequences: Consequences) async

    /// Marks a person as active. Called when one of their operations begins, whatever its result.
    func noteActivity(of user: User.ID)
}

/// For programs other than the server: they serve no clients, cache no pages and render nothing, and the janitor
/// removes the files of deleted attachments itself.
package struct NoFollower: ConsequenceFollower {
    package init() {}
    package func publish(_ events: [Event]) {}
    package func follow(_ consequences: Consequences) async {}
    package func noteActivity(of user: User.ID) {}
}
