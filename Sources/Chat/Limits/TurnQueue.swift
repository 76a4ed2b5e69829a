import DequeModule

/// Gives jobs their turns, one at a time, so that no person and no address can take all of them. It has no clock and no
/// lock.
///
/// A job has keys, such as a person and an address. Only one of the jobs that share a key is in the round. The others
/// wait behind it in order of arrival, and enter the end of the round when it is done. So the wait for a first turn
/// depends on how many other keys are waiting, not on how many jobs each of them has.
package struct TurnQueue<Key: Hashable & Sendable>: Sendable {
    package typealias ID = Int

    /// The result of entering the queue.
    package enum Entrance: Equatable, Sendable {
        case begins
        case waits
        case refused
    }

    /// What happens after a job is done.
    package struct Step: Equatable, Sendable {
        package var next: ID?
        /// Jobs that have waited too long and get no turn.
        package var expired: [ID] = []
    }

    private struct Job {
        let id: ID
        let keys: Set<Key>
        let since: ContinuousClock.Instant
    }

    private let limits: TurnLimits
    private var running: Job?
    private var round: Deque<Job> = []
    private var behind: [Job] = []

    package init(_ limits: TurnLimits = TurnLimits()) {
        self.limits = limits
    }

    /// Number of jobs that wait for their turn.
    package var waitingCount: Int { round.count + behind.count }

    /// - Parameter id: Must not be in the queue.
    package mutating func enter(_ id: ID, keys: Set<Key>, at now: ContinuousClock.Instant) -> Entrance {
        let job = Job(id: id, keys: keys, since: now)
        guard running != nil else {
            running = job
            return .begins
        }
        if keys.isDisjoint(with: takenKeys()), keys.isDisjoint(with: behind.lazy.flatMap(\.keys)) {
            guard round.count < limits.round else { return .refused }
            round.append(job)
        } else {
            guard behind.count < limits.behind, keys.allSatisfy(mayStandBehind) else { return .refused }
            behind.append(job)
        }
        return .waits
    }

    /// Ends the turn of the running job.
    package mutating func finish(at now: ContinuousClock.Instant) -> Step {
        running = nil
        var step = Step()
        step.expired = expire(at: now)
        fillRound()
        running = round.popFirst()
        step.next = running?.id
        // The job that runs now has left a place in the round.
        fillRound()
        return step
    }

    /// Removes a job that is no longer wanted.
    ///
    /// - Returns: Whether it was waiting.
    package mutating func leave(_ id: ID) -> Bool {
        let count = waitingCount
        round.removeAll { $0.id == id }
        behind.removeAll { $0.id == id }
        fillRound()
        return waitingCount < count
    }

    private func mayStandBehind(_ key: Key) -> Bool {
        behind.count { $0.keys.contains(key) } < limits.behindEachKey
    }

    private func takenKeys() -> Set<Key> {
        round.reduce(into: running?.keys ?? []) { $0.formUnion($1.keys) }
    }

    private mutating func expire(at now: ContinuousClock.Instant) -> [ID] {
        let oldest = now - limits.wait
        let expired = (round + behind).filter { $0.since < oldest }.map(\.id)
        round.removeAll { $0.since < oldest }
        behind.removeAll { $0.since < oldest }
        return expired
    }

    /// Moves jobs into the round whose keys are not taken there. A job that has to keep waiting is not overtaken by
    /// later jobs that share a key with it.
    private mutating func fillRound() {
        guard !behind.isEmpty else { return }
        var taken = takenKeys()
        var stay: [Job] = []
        for job in behind {
            if round.count < limits.round, taken.isDisjoint(with: job.keys) {
                round.append(job)
            } else {
                stay.append(job)
            }
            taken.formUnion(job.keys)
        }
        behind = stay
    }
}

/// The limits of a `TurnQueue`.
package struct TurnLimits: Sendable {
    /// Jobs in the round, no two of which share a key.
    package var round = 64
    /// Jobs that wait behind another one.
    package var behind = 64
    /// Jobs that wait behind others with the same key.
    package var behindEachKey = 16
    /// Longest wait for a turn.
    package var wait = Duration.seconds(10)

    package init() {}
}
