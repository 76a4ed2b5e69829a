import Chat
import Synchronization

/// Who has a live connection now.
final class Presence: Sendable {
    private let connections = Mutex<[User.ID: Int]>([:])

    func isOnline(_ user: User.ID) -> Bool {
        connections.withLock { $0[user] != nil }
    }

    func connected(_ user: User.ID) {
        connections.withLock { $0[user, default: 0] += 1 }
    }

    /// - Returns: Whether it was the person's last connection.
    func disconnected(_ user: User.ID) -> Bool {
        connections.withLock { connections in
            guard let count = connections[user], count > 1 else {
                connections[user] = nil
                return true
            }
            connections[user] = count - 1
            return false
        }
    }
}
