import Vocabulary

/// Keeps somebody from joining a public room by themselves.
package struct Ban: Sendable, Equatable {
    package let user: User
    package let bannedBy: User.ID
    package let createdAt: Timestamp
}

/// Some of a room's bans, in the order of their people's ids.
package struct BanPage: Sendable {
    package let bans: [Ban]
    package let hasMore: Bool
}
