import SnugMetrics

/// What the store counts for monitoring.
package struct StoreMetrics: Sendable {
    /// Time of each operation in the database, without the wait for its turn and without the commit.
    package let operations = OperationTimes()
    package let sessions: CacheCounters
    package let memberships: CacheCounters
    package let messagesPosted = Counter()

    init(sessions: CacheCounters, memberships: CacheCounters) {
        self.sessions = sessions
        self.memberships = memberships
    }

    func note(_ events: [Event]) {
        for event in events {
            if case .messageCreated = event.content { messagesPosted.add() }
        }
    }
}
