import Chat
import Vocabulary

/// A user with presence, for viewers who may see it.
extension User: JSONWritable {
    func write(to json: inout JSONWriter) {
        // Those who were online a moment ago are still known to the presence board.
        guard !isDeleted else { return write(to: &json, .offline, lastSeen: nil) }
        let presence = json.encoding.presence.current(of: id)
        write(to: &json, presence.status, lastSeen: presence.lastSeen ?? lastSeenAt)
    }

    fileprivate func write(
        to json: inout JSONWriter,
        _ status: Presence.Status,
        lastSeen: Timestamp?,
        isOwn: Bool = false
    ) {
        json.object { json in
            writeProfile(to: &json, isOwn: isOwn)
            json.member("status", status.rawValue)
            json.member("last_seen_at", ifAny: lastSeen) { $0.value($1) }
        }
    }

    fileprivate func writeProfile(to json: inout JSONWriter, isOwn: Bool = false) {
        json.member("id", id)
        json.member("username", username)
        json.member("display_name", displayName)
        json.member("avatar", ifAny: avatar) { $1.write(to: &$0, asAvatar: !isOwn) }
        json.member("created_at", createdAt)
        if isDeleted { json.member("is_deleted", true) }
    }
}

/// A user without presence, for lists and events that are shared by several viewers.
struct Profile: JSONWritable {
    let user: User

    func write(to json: inout JSONWriter) {
        json.object { user.writeProfile(to: &$0) }
    }
}

extension Block: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("user")
            Profile(user: user).write(to: &json)
            json.member("created_at", createdAt)
        }
    }
}

extension UserView: JSONWritable {
    func write(to json: inout JSONWriter) {
        guard showsPresence else { return user.write(to: &json, .offline, lastSeen: nil) }
        user.write(to: &json)
    }
}

/// The signed-in user, with the complete avatar.
struct OwnUser: JSONWritable {
    let user: User

    init(_ user: User) { self.user = user }

    func write(to json: inout JSONWriter) {
        let presence = json.encoding.presence.current(of: user.id)
        user.write(to: &json, presence.status, lastSeen: presence.lastSeen ?? user.lastSeenAt, isOwn: true)
    }
}

/// A new session with its user and token, which is sent only once.
struct SignedIn: JSONWritable {
    let user: User
    let token: SessionToken
    let session: Session

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("user")
            OwnUser(user).write(to: &json)
            json.member("token", token.text)
            json.member("expires_at", session.expiresAt)
        }
    }
}

/// A session of the signed-in user.
struct OwnSession: JSONWritable {
    let session: Session
    let isCurrent: Bool

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", session.id)
            json.member("created_at", session.createdAt)
            json.member("last_used_at", session.lastUsedAt)
            json.member("expires_at", session.expiresAt)
            json.member("current", isCurrent)
        }
    }
}
