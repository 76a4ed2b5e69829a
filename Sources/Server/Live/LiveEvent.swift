import Chat
import NIOCore

/// An event on its way to sockets: encoded once, with what it does to who hears its room.
struct LiveEvent: Sendable {
    /// What an event means for the room's audience.
    enum Effect: Sendable, Equatable {
        case none
        /// From this event on they hear the room.
        case joins(User.ID)
        /// This is the last event that they hear of the room.
        case leaves(User.ID)
        /// Nobody hears the room after this.
        case closes
    }

    let position: Int64
    let room: Room.ID
    let effect: Effect
    /// The event as clients read it.
    let json: ByteBuffer
}

extension LiveEvent {
    init(_ event: Event, epoch: String, wire: Wire) {
        position = event.position
        room = event.roomID
        effect =
            switch event.content {
            case .memberJoined(let member): .joins(member.user.id)
            case .memberLeft(let user): .leaves(user)
            case .roomDeleted: .closes
            default: .none
            }
        json = wire.json(CursoredEvent(event: event, epoch: epoch)).buffer
    }
}

/// Events of one room that go out together. Each transport frames them once, for all its connections.
final class LiveBatch {
    let events: [LiveEvent]
    /// The events as WebSocket frames, one behind the other.
    private(set) lazy var webSocketFrames: ByteBuffer = {
        var frames = ByteBuffer()
        for event in events { frames.writeWebSocketFrame(.text, event.json) }
        return frames
    }()

    init(_ events: [LiveEvent]) {
        self.events = events
    }

    /// The events of several rooms in the order in which they happened.
    convenience init(merging batches: [LiveBatch]) {
        self.init(batches.flatMap(\.events).sorted { $0.position < $1.position })
    }
}
