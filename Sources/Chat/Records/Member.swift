import Vocabulary

/// A member of a room.
package struct Member: Sendable, Equatable {
    /// What a member may do, ordered from least to most.
    package enum Role: String, Sendable, Comparable, CaseIterable {
        case member
        /// May also rename the room, add and remove members, and delete others' messages.
        case admin
        /// May also appoint owners and admins, and delete the room.
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
    /// Number of the newest event that reached one of the member's clients.
    package let deliveredSeq: Int64
    /// Number of the newest event that the member has read.
    package let readSeq: Int64
    /// Number of the event of their joining.
    package var joinedSeq: Int64 = 0
    /// Whether a stranger wrote to them and they have neither answered nor accepted. Until then nobody else may see
    /// their presence or receipts.
    package var isPending = false
}

extension Member.Role: SQLConvertible {}

/// Whether a member agreed to be in a room.
enum Consent: String, Sendable {
    /// They made or joined the room, accepted it, or wrote in it.
    case given
    /// Somebody who shares a room with them added them.
    case assumed
    /// A stranger wrote to them and they have not answered. Their presence is hidden.
    case pending
}

extension Consent: SQLConvertible {}

/// A member as another person sees them.
@dynamicMemberLookup
package struct MemberView: Sendable, Equatable {
    package let member: Member
    /// Whether the viewer may see the member's presence and receipts.
    package let showsActivity: Bool

    /// Number of the newest event that reached one of the member's clients, as far as the viewer may see it.
    package var deliveredSeq: Int64 { showsActivity ? member.deliveredSeq : member.joinedSeq }
    /// Number of the newest event that the member has read, as far as the viewer may see it.
    package var readSeq: Int64 { showsActivity ? member.readSeq : member.joinedSeq }

    package subscript<Value>(dynamicMember path: KeyPath<Member, Value>) -> Value {
        member[keyPath: path]
    }
}
