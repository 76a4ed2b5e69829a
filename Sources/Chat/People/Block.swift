import Vocabulary

/// Keeps somebody from writing to the person who made it, and both from seeing each other's presence.
package struct Block: Sendable, Equatable {
    package let user: User
    package let createdAt: Timestamp
}

/// What two people have to do with each other when one of them wants to reach the other.
package enum Acquaintance: Sendable {
    /// They have a direct room already.
    case directRoom
    /// They share another room.
    case sharedRoom
    /// They share none, or one has blocked the other.
    case none
}
