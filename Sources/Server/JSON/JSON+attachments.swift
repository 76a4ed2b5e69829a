import Chat

extension Attachment: JSONWritable {
    func write(to json: inout JSONWriter) { write(to: &json, asAvatar: false) }

    /// - Parameter asAvatar: Whether it is an avatar that is shown to others. Members about the original, which they
    ///   may not fetch, are null.
    func write(to json: inout JSONWriter, asAvatar: Bool) {
        json.object { json in
            json.member("id", id)
            json.member("kind", facts.kind.rawValue)
            json.member("filename", ifAny: asAvatar ? nil : filename) { $0.value($1) }
            json.member("media_type", facts.mediaType)
            json.member("byte_size", facts.byteCount)
            json.member("width", ifAny: facts.width) { $0.value($1) }
            json.member("height", ifAny: facts.height) { $0.value($1) }
            json.member("animated", facts.isAnimated)
            json.member("has_hdr", facts.hasHDR)
            json.member("sha256", ifAny: asAvatar ? nil : facts.sha256) { $0.value(hex: $1) }
            json.member("removed_metadata", ifAny: asAvatar ? nil : facts.removedMetadata) { json, removed in
                json.array(removed) { $0.value($1) }
            }
            writeStatus(to: &json)
            json.member("is_damaged", isDamaged)
            json.member("placeholder", ifAny: placeholder) { $0.value(base64: $1) }
            json.member("original_url", ifAny: asAvatar ? nil : json.encoding.links.original(id)) { $0.value($1) }
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
                json.member("retry_at", ifAny: failure.retryAt) { $0.value($1) }
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
                json.member("animated", ifAny: animation) { json, animation in
                    json.object { write(animation, to: &$0) }
                }
            }
        }
    }

    private func write(_ variant: Variant, to json: inout JSONWriter) {
        json.member("width", variant.width)
        json.member("height", variant.height)
        json.member("media_type", variant.format.mediaType)
        json.member("byte_size", variant.byteCount)
        json.member(
            "url",
            json.encoding.links.variant(id, size: variant.fileSize, format: variant.format, at: json.now)
        )
    }

    private func write(_ animation: Animation, to json: inout JSONWriter) {
        json.member("width", animation.width)
        json.member("height", animation.height)
        json.member("media_type", "image/webp")
        json.member("byte_size", animation.byteCount)
        json.member("url", json.encoding.links.animation(id, at: json.now))
    }
}

extension Variant {
    fileprivate var name: StaticString {
        switch size {
        case .thumbnail: "thumbnail"
        case .medium: "medium"
        case .large: "large"
        }
    }
}
