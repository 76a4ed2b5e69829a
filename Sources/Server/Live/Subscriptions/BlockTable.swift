import Chat
import Synchronization

/// Pairs of people who exchange no transient events because one of them has blocked the other. It holds the pairs of
/// people who are connected or were until a moment ago.
struct BlockTable {
    /// Every pair from either side.
    private var others: [User.ID: Set<User.ID>] = [:]

    var isEmpty: Bool { others.isEmpty }

    func contains(_ first: User.ID, _ second: User.ID) -> Bool {
        others[first]?.contains(second) == true
    }

    /// Everybody who is paired with the person.
    subscript(user: User.ID) -> Set<User.ID> { others[user] ?? [] }

    mutating func insert(_ user: User.ID, with people: Set<User.ID>) {
        for other in people {
            others[user, default: []].insert(other)
            others[other, default: []].insert(user)
        }
    }

    mutating func remove(_ first: User.ID, _ second: User.ID) {
        for (user, other) in [(first, second), (second, first)] {
            others[user]?.remove(other)
            if others[user]?.isEmpty == true { others[user] = nil }
        }
    }
}

/// Counts changes of blocks, so that nobody connects with blocks that have changed since they were read.
final class BlockChanges: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .acquiring) }

    func increment() {
        value.add(1, ordering: .acquiringAndReleasing)
    }
}
