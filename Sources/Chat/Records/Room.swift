import Vocabulary

/// A place where its members read and write messages.
package struct Room: Sendable, Equatable {
    package typealias ID = Identifier<Room>

    package enum Kind: String, Sendable {
        /// Listed; anybody signed in may join.
        case `public`
        /// Seen by its members alone; they are added by owner or admin.
        case `private`
        /// Two people, made once per pair, without a name.
        case direct
    }

    package let id: ID
    package let kind: Kind
    package let name: String?
    package let topic: String?
    package let memberCount: Int
    /// Number of the room's newest event.
    package let lastSeq: Int64
    package let createdAt: Timestamp

    /// The same room with other numbers.
    func with(memberCount: Int, lastSeq: Int64) -> Room {
        Room(
            id: id,
            kind: kind,
            name: name,
            topic: topic,
            memberCount: memberCount,
            lastSeq: lastSeq,
            createdAt: createdAt
        )
    }

    /// Characters of a name.
    static let nameLimit = 80
    /// Characters of a topic.
    static let topicLimit = 500

    package static func check(name: String) throws(Refusal) -> String {
        try Label.check(name, field: "name", limit: nameLimit)
    }

    package static func check(topic: String) throws(Refusal) -> String {
        try Label.check(topic, field: "topic", limit: topicLimit, mayBeEmpty: true)
    }
}

extension Room.Kind: SQLConvertible {}

/// A room as one person sees it.
package struct RoomView: Sendable, Equatable {
    package let room: Room
    /// Nil for somebody who is not a member.
    package let role: Member.Role?
    /// Whether a stranger wrote to them here and they have neither answered nor accepted.
    package let isPending: Bool
    /// The other person of a direct room.
    package let otherID: User.ID?

    package init(room: Room, role: Member.Role?, isPending: Bool = false, otherID: User.ID? = nil) {
        self.room = room
        self.role = role
        self.isPending = isPending
        self.otherID = otherID
    }
}

/// A room in its member's list.
package struct RoomSummary: Sendable {
    package let view: RoomView
    package let lastMessage: Message?
    package let unreadCount: Int
}
