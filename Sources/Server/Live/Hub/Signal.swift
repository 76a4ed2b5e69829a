import Chat

/// What members hear of each other besides events. It is not logged and may be dropped: the state that it tells of can
/// be asked for, or passes by itself.
enum Signal {
    case typing(User.ID, in: Room.ID)
    case presence(User.ID, Presence.Status, lastSeen: Timestamp)
    case receipt(Receipt)
    /// Somebody has another name or avatar.
    case profile(User)

    var type: String {
        switch self {
        case .typing: "typing"
        case .presence: "presence"
        case .receipt: "receipt"
        case .profile: "user.updated"
        }
    }
}

extension Signal: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", type)
            switch self {
            case .typing(let user, let room):
                json.member("room_id", room)
                json.member("user_id", user)
            case .presence(let user, let status, let lastSeen):
                json.member("user_id", user)
                json.member("status", status.rawValue)
                json.member("last_seen_at", lastSeen)
            case .receipt(let receipt):
                json.member("room_id", receipt.roomID)
                json.member("user_id", receipt.userID)
                json.member("delivered_seq", receipt.deliveredSeq)
                json.member("read_seq", receipt.readSeq)
            case .profile(let user):
                json.key("user")
                user.writeProfile(to: &json)
            }
        }
    }
}
