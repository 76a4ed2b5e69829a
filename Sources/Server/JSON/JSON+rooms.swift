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

/// A room as everybody in it sees it: without anybody's own role.
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

extension Member: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("user")
            user.write(to: &json)
            json.member("role", role.rawValue)
            json.member("joined_at", joinedAt)
            json.member("delivered_seq", deliveredSeq)
            json.member("read_seq", readSeq)
        }
    }
}
