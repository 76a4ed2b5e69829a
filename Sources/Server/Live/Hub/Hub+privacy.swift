import Chat
import NIOCore
import Synchronization

/// Who may see of whom whether they are there, are typing, and how far they have come.
extension Hub {
    /// Whether the viewer may see the member's signals in the room.
    func maySee(_ viewer: User.ID, _ member: User.ID, in room: LiveRoom) -> Bool {
        viewer == member || !room.pendingMembers.contains(member) && blocks[member]?.contains(viewer) != true
    }

    /// Whether everybody in the room may see the member's signals.
    func isOpen(_ member: User.ID, in room: LiveRoom) -> Bool {
        !room.pendingMembers.contains(member) && blocks[member] == nil
    }

    /// Sends something to every connection of one person.
    func notify(_ user: User.ID, _ signal: Signal) {
        let batch = batch([signal])
        for connection in people[user]?.connections ?? [] { connection.signal(batch) }
    }

    // MARK: - Blocks

    /// Ends or allows signals between two people.
    func setBlock(between first: User.ID, and second: User.ID, _ isBlocked: Bool) {
        loop.preconditionInEventLoop()
        blockChanges.increment()
        guard isBlocked else { return removeBlock(between: first, and: second) }
        guard people[first] != nil || people[second] != nil else { return }
        addBlocks(of: first, [second])
        // They look as if they had gone.
        notify(first, .presence(second, .offline, lastSeen: nil))
        notify(second, .presence(first, .offline, lastSeen: nil))
    }

    func addBlocks(of user: User.ID, _ others: Set<User.ID>) {
        for other in others {
            blocks[user, default: []].insert(other)
            blocks[other, default: []].insert(user)
        }
    }

    private func removeBlock(between first: User.ID, and second: User.ID) {
        for (user, other) in [(first, second), (second, first)] {
            blocks[user]?.remove(other)
            if blocks[user]?.isEmpty == true { blocks[user] = nil }
        }
    }

    /// Lets go of somebody who is offline, with their blocks: those come back with the next connection of either side.
    func forget(_ user: User.ID) {
        people[user] = nil
        for other in blocks[user] ?? [] where people[other] == nil { removeBlock(between: user, and: other) }
    }

    // MARK: - Newcomers

    /// Lets the others in a room know at the next tick that somebody who came into it is there: events say nothing of
    /// that.
    func greet(_ user: User.ID, in room: LiveRoom) {
        guard people[user]?.connections.isEmpty == false, newcomers.count < limits.newcomersPerTick else { return }
        newcomers.append((user, room.id))
    }

    func tellNewcomers() {
        let due = newcomers
        newcomers = []
        for (user, id) in due {
            let (status, lastSeen) = presence.look(for: user)
            guard status != .offline, let room = rooms[id], !room.pendingMembers.contains(user) else { continue }
            let batch = batch([.presence(user, status, lastSeen: lastSeen)])
            for connection in room.audience
            where connection.userID != user && maySee(connection.userID, user, in: room) {
                connection.signal(batch)
            }
        }
    }
}

/// Counts changes of blocks, so that a connection is not admitted with blocks that have changed since they were read.
final class BlockChanges: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .acquiring) }

    func increment() {
        value.add(1, ordering: .acquiringAndReleasing)
    }
}
