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
                json.value(json.wire.links.variant(avatar.id, size: 150, format: avatar.format, at: json.now))
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

extension Attachment: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("kind", facts.kind.rawValue)
            json.member("filename", filename)
            json.member("media_type", facts.mediaType)
            json.member("byte_size", facts.byteCount)
            json.member("width", ifAny: facts.width) { $0.value($1) }
            json.member("height", ifAny: facts.height) { $0.value($1) }
            json.member("animated", facts.isAnimated)
            json.key("sha256")
            json.value(hex: facts.sha256)
            writeStatus(to: &json)
            json.key("placeholder")
            json.null()
            json.member("original_url", json.wire.links.original(id))
            writeVariants(to: &json)
            json.member("created_at", createdAt)
        }
    }

    private func writeStatus(to json: inout JSONWriter) {
        switch status {
        case .processing: json.member("status", "processing")
        case .ready: json.member("status", "ready")
        case .failed: json.member("status", "failed")
        }
        var failure: Failure?
        if case .failed(let reason) = status { failure = reason }
        json.member("failure", ifAny: failure) { json, failure in
            json.object { json in
                json.member("code", failure.code)
                json.member("detail", failure.detail)
            }
        }
    }

    private func writeVariants(to json: inout JSONWriter) {
        json.member("variants", ifAny: variants.isEmpty ? nil : variants) { json, variants in
            json.object { json in
                for variant in variants {
                    json.key(variant.name)
                    json.object { write(variant, to: &$0) }
                }
            }
        }
    }

    private func write(_ variant: Variant, to json: inout JSONWriter) {
        json.member("width", variant.width)
        json.member("height", variant.height)
        json.member("media_type", variant.format == "webp" ? "image/webp" : "image/jpeg")
        json.member("byte_size", variant.byteCount)
        json.member("url", json.wire.links.variant(id, size: variant.fileSize, format: variant.format, at: json.now))
    }
}

extension Variant {
    fileprivate var name: StaticString {
        switch size {
        case ...150: "thumbnail"
        case ...800: "medium"
        default: "large"
        }
    }
}
