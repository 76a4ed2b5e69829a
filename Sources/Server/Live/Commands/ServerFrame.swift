import Chat

/// The frames that the server sends on a live connection besides events.
enum ServerFrame: JSONWritable {
    case welcome(Welcome, heartbeatSeconds: Int)
    case ack(ref: String?, Message)
    case error(ref: String?, Problem)
    case pong

    func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .welcome(let welcome, let seconds):
                json.member("type", "welcome")
                json.key("user")
                OwnUser(welcome.user).write(to: &json)
                json.member("cursor", welcome.cursor.description)
                json.member("resumed", welcome.resumed)
                json.member("heartbeat_seconds", seconds)
            case .ack(let ref, let message):
                json.member("type", "ack")
                json.member("ref", ifAny: ref) { $0.value($1) }
                json.key("message")
                message.write(to: &json)
            case .error(let ref, let problem):
                json.member("type", "error")
                if let ref { json.member("ref", ref) }
                json.key("problem")
                json.value(encoded: problem.json)
            case .pong:
                json.member("type", "pong")
            }
        }
    }
}
