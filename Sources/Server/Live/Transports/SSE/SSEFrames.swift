import NIOCore

/// The format of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html section 9.2.5).
enum SSEFrames: FrameFormat {
    /// Keeps an idle connection alive.
    static let comment = ByteBuffer(string: ":\n\n")

    /// The JSON needs no escaping, because it has no line breaks.
    static func append(_ event: EncodedEvent, to frames: inout ByteBuffer) {
        frames.reserveCapacity(minimumWritableBytes: event.json.readableBytes + 96)
        if let cursor = event.cursor {
            frames.writeStaticString("id: ")
            frames.writeString(cursor)
            frames.writeStaticString("\n")
        }
        frames.writeStaticString("event: ")
        frames.writeString(event.type)
        frames.writeStaticString("\ndata: ")
        frames.writeImmutableBuffer(event.json)
        frames.writeStaticString("\n\n")
    }
}
