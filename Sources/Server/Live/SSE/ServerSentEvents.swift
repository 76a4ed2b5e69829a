import NIOCore

extension ByteBuffer {
    /// Appends one event (https://html.spec.whatwg.org/multipage/server-sent-events.html section 9.2.5). JSON on the
    /// wire holds no line breaks.
    mutating func writeServerSentEvent(_ text: LiveText) {
        reserveCapacity(minimumWritableBytes: text.json.readableBytes + 96)
        if let cursor = text.cursor {
            writeStaticString("id: ")
            writeString(cursor)
            writeStaticString("\n")
        }
        writeStaticString("event: ")
        writeString(text.type)
        writeStaticString("\ndata: ")
        writeImmutableBuffer(text.json)
        writeStaticString("\n\n")
    }

    /// Keeps the connection alive where nothing happens.
    static let serverSentComment = ByteBuffer(string: ":\n\n")
}
