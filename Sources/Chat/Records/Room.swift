import Vocabulary

/// A place where its members read and write messages.
package struct Room: Sendable, Equatable {
    package typealias ID = Identifier<Room>

    package enum Kind: String, Sendable {
        /// Listed; anybody signed in may join.
        case `public`
        /// Visible only to its members, who are added by an owner or admin.
        case `private`
        /// A room of two people, at most one per pair, without a name.
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

    /// Maximum length of a name, in characters.
    static let nameLimit = 80
    /// Maximum length of a topic, in characters.
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
    /// Whether a stranger wrote to the viewer here and they have neither answered nor accepted.
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

/// A room in a member's list of rooms.
package struct RoomSummary: Sendable {
    package let view: RoomView
    package let lastMessage: Message?
    package let unreadCount: Int
}
