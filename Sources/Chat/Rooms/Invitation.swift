import Vocabulary

/// An offer to join a room, made to somebody who shares no room with the person who makes it.
package struct Invitation: Sendable, Equatable {
    package let room: Room
    package let user: User
    /// Role that they will have in the room.
    package let role: Member.Role
    package let invitedBy: User
    package let createdAt: Timestamp
}

/// What came of adding somebody to a room.
package enum Addition: Sendable, Equatable {
    /// They are a member now.
    case joined(MemberView)
    /// They become one when they accept.
    case invited(Invitation)

    package var userID: User.ID {
        switch self {
        case .joined(let view): view.member.user.id
        case .invited(let invitation): invitation.user.id
        }
    }

    /// Nil for somebody who has not accepted yet.
    package var member: MemberView? {
        if case .joined(let view) = self { view } else { nil }
    }
}
