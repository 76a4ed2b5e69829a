import Chat

extension Message: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("room_id", roomID)
            json.member("seq", seq)
            json.key("sender")
            sender.write(to: &json)
            json.member("body", body)
            json.key("attachments")
            json.array(attachments) { $1.write(to: &$0) }
            json.member("reply_to", ifAny: replyTo) { $0.value($1) }
            json.member("client_message_id", ifAny: clientMessageID) { $0.value($1) }
            json.member("created_at", createdAt)
            json.member("edited_at", ifAny: editedAt) { $0.value($1) }
            json.member("deleted_at", ifAny: deletedAt) { $0.value($1) }
        }
    }
}

extension Message.Sender: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("display_name", displayName)
            json.member("avatar_url", ifAny: avatar) { json, avatar in
                json.value(
                    json.encoding.links.variant(avatar.id, size: .thumbnail, format: avatar.format, at: json.now)
                )
            }
        }
    }
}

extension Page: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("messages")
            json.array(messages) { $1.write(to: &$0) }
            json.member("has_more_before", hasMoreBefore)
            json.member("has_more_after", hasMoreAfter)
        }
    }
}
