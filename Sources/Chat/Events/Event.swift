import Vocabulary

/// Something that happened in a room and that its members must not miss.
package struct Event: Sendable {
    /// Position in the log of all rooms, which increases with every event. 0 until the event is written to the log.
    package internal(set) var position: Int64
    package let roomID: Room.ID
    /// Number among the events of its room; without gaps.
    package let seq: Int64
    package let at: Timestamp
    package let content: Content

    /// The name of its kind on the wire and in the log.
    package var kind: String { content.kind.rawValue }

    /// The event as it is stored in the log.
    var logged: LoggedEvent {
        LoggedEvent(roomID: roomID.uuid, seq: seq, kind: kind, reference: content.reference.json, at: at)
    }
}
