import Chat
import Vocabulary

/// An event that is not logged, and may be dropped: a client can fetch the state that it describes, or the state ends
/// by itself.
enum TransientEvent {
    case typing(User.ID, in: Room.ID)
    case presence(User.ID, Presence.Status, lastSeen: Timestamp?)
    case receipt(Receipt)
    /// Somebody has changed their name or avatar.
    case profile(User)
    /// Sent to one person alone: their invitation to this room has been made, withdrawn or answered.
    case invitation(Room.ID)
    /// Sent to one person alone: they have hidden a direct room, or shown it again.
    case roomHidden(Room.ID, Bool)
    /// Sent to one person alone: they have blocked somebody, or lifted the block.
    case block(User.ID, Bool)

    var type: String {
        switch self {
        case .typing: "typing"
        case .presence: "presence"
        case .receipt: "receipt"
        case .profile: "user.updated"
        case .invitation: "invitation"
        case .roomHidden: "room.hidden"
        case .block: "block"
        }
    }
}

extension TransientEvent: JSONWritable {
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
                json.member("last_seen_at", ifAny: lastSeen) { $0.value($1) }
            case .receipt(let receipt):
                json.member("room_id", receipt.roomID)
                json.member("user_id", receipt.userID)
                json.member("delivered_seq", receipt.deliveredSeq)
                json.member("read_seq", receipt.readSeq)
            case .profile(let user):
                json.key("user")
                Profile(user: user).write(to: &json)
            case .invitation(let room):
                json.member("room_id", room)
            case .roomHidden(let room, let isHidden):
                json.member("room_id", room)
                json.member("hidden", isHidden)
            case .block(let user, let isBlocked):
                json.member("user_id", user)
                json.member("blocked", isBlocked)
            }
        }
    }
}
