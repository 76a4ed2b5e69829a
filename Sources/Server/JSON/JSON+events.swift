import Chat

/// An event with the cursor from which a client resumes after it.
struct CursoredEvent: JSONWritable {
    let event: Event
    let epoch: String

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", event.kind)
            json.member("cursor", Cursor(epoch: epoch, position: event.position).description)
            json.member("room_id", event.roomID)
            json.member("seq", event.seq)
            json.member("at", event.at)
            writeContent(to: &json)
        }
    }

    private func writeContent(to json: inout JSONWriter) {
        switch event.content {
        case .messageCreated(let message), .messageEdited(let message), .messageDeleted(let message):
            json.key("message")
            message.write(to: &json)
        case .attachmentReady(let attachment, let message), .attachmentFailed(let attachment, let message):
            json.member("message_id", message)
            json.key("attachment")
            attachment.write(to: &json)
        case .roomUpdated(let room):
            json.key("room")
            room.write(to: &json)
        case .roomDeleted:
            break
        case .memberJoined(let member), .memberUpdated(let member):
            json.member("user_id", member.user.id)
            json.key("member")
            MemberInEvent(member: member, isNew: event.isJoining).write(to: &json)
        case .memberLeft(let user):
            json.member("user_id", user)
        }
    }
}

extension Event {
    fileprivate var isJoining: Bool {
        if case .memberJoined = content { true } else { false }
    }
}
