import Vocabulary

/// Somebody's place in a room.
package struct Member: Sendable, Equatable {
    /// What a member may do, from least to most.
    package enum Role: String, Sendable, Comparable, CaseIterable {
        case member
        /// May also rename the room, add and remove members, delete others' messages.
        case admin
        /// May also name owners and admins, and delete the room.
        case owner

        package static func < (left: Role, right: Role) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .member: 0
            case .admin: 1
            case .owner: 2
            }
        }
    }

    package internal(set) var user: User
    package let role: Role
    package let joinedAt: Timestamp
    /// Newest event that reached one of the member's clients.
    package let deliveredSeq: Int64
    /// Newest event that the member has read.
    package let readSeq: Int64
    /// Their joining.
    package var joinedSeq: Int64 = 0
    /// Whether a stranger wrote to them and they have neither answered nor accepted. Until then nobody else may know if
    /// they are there, or how far they have come.
    package var isPending = false
}

extension Member.Role: SQLConvertible {}

/// A member as another person sees them.
@dynamicMemberLookup
package struct MemberView: Sendable, Equatable {
    package let member: Member
    /// Whether the viewer may know if the member is there, and how far they have come.
    package let showsActivity: Bool

    /// Newest event that reached one of the member's clients, as far as the viewer may know.
    package var deliveredSeq: Int64 { showsActivity ? member.deliveredSeq : member.joinedSeq }
    /// Newest event that the member has read, as far as the viewer may know.
    package var readSeq: Int64 { showsActivity ? member.readSeq : member.joinedSeq }

    package subscript<Value>(dynamicMember path: KeyPath<Member, Value>) -> Value {
        member[keyPath: path]
    }
}
