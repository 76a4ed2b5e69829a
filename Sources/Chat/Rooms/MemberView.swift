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
