import Chat

extension Room {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("kind", kind.rawValue)
        json.member("name", ifAny: name) { $0.value($1) }
        json.member("topic", ifAny: topic) { $0.value($1) }
        json.member("member_count", memberCount)
        json.member("last_seq", lastSeq)
        json.member("created_at", createdAt)
    }
}

/// A room without the viewer's role, as all members receive it.
extension Room: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { writeMembers(to: &$0) }
    }
}

extension RoomView: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { writeMembers(to: &$0) }
    }

    fileprivate func writeMembers(to json: inout JSONWriter) {
        room.writeMembers(to: &json)
        json.member("role", ifAny: role) { $0.value($1.rawValue) }
        json.member("pending", isPending)
        json.member("user_id", ifAny: otherID) { $0.value($1) }
    }
}

extension RoomSummary: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            view.writeMembers(to: &json)
            json.member("last_message", ifAny: lastMessage) { $1.write(to: &$0) }
            json.member("unread_count", unreadCount)
        }
    }
}

extension MemberView: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("user")
            UserView(user: member.user, showsPresence: showsActivity).write(to: &json)
            json.member("role", member.role.rawValue)
            json.member("joined_at", member.joinedAt)
            json.member("pending", member.isPending)
            json.member("delivered_seq", deliveredSeq)
            json.member("read_seq", readSeq)
        }
    }
}

/// A member in an event, without presence and receipts, which some members of the room may not see.
struct MemberInEvent: JSONWritable {
    let member: Member
    /// Whether the event is their joining, which also determines their receipts.
    let isNew: Bool

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("user")
            Profile(user: member.user).write(to: &json)
            json.member("role", member.role.rawValue)
            json.member("joined_at", member.joinedAt)
            json.member("pending", member.isPending)
            guard isNew else { return }
            json.member("delivered_seq", member.joinedSeq)
            json.member("read_seq", member.joinedSeq)
        }
    }
}

extension Invitation: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("room")
            room.write(to: &json)
            json.key("user")
            Profile(user: user).write(to: &json)
            json.member("role", role.rawValue)
            json.key("invited_by")
            Profile(user: invitedBy).write(to: &json)
            json.member("created_at", createdAt)
        }
    }
}

extension Addition: JSONWritable {
    func write(to json: inout JSONWriter) {
        switch self {
        case .joined(let member): member.write(to: &json)
        case .invited(let invitation): invitation.write(to: &json)
        }
    }
}

extension Ban: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("user")
            Profile(user: user).write(to: &json)
            json.member("banned_by", bannedBy)
            json.member("created_at", createdAt)
        }
    }
}
