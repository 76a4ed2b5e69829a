import Chat
import NIOCore

/// What goes over the wire, encoded once for all who hear it.
struct LiveText: Sendable {
    /// The name of its type, such as `message.created`.
    let type: String
    /// Where a client goes on behind it; nil for what is not in the log.
    let cursor: String?
    /// The whole of it as clients read it.
    let json: ByteBuffer
}

/// An event on its way to sockets, with what it does to who hears its room.
struct LiveEvent: Sendable {
    /// What an event means for the room's audience.
    enum Effect: Sendable, Equatable {
        case none
        /// From this event on they hear the room.
        case joins(User.ID)
        /// The same, and nobody else may know if they are there: a stranger wrote to them.
        case isAsked(User.ID)
        /// They agree to be in the room; with how far they have come in it.
        case agrees(Receipt)
        /// This is the last event that they hear of the room.
        case leaves(User.ID)
        /// Nobody hears the room after this.
        case closes

        /// Who hears the room from the event on.
        var joining: User.ID? {
            switch self {
            case .joins(let user), .isAsked(let user): user
            case .none, .agrees, .leaves, .closes: nil
            }
        }
    }

    let position: Int64
    let room: Room.ID
    let seq: Int64
    let effect: Effect
    let text: LiveText
}

extension LiveEvent {
    init(_ event: Event, epoch: String, wire: Wire) {
        position = event.position
        room = event.roomID
        seq = event.seq
        effect =
            switch event.content {
            case .memberJoined(let member): member.isPending ? .isAsked(member.user.id) : .joins(member.user.id)
            case .memberUpdated(let member): .agrees(Receipt(of: member, in: event.roomID))
            case .memberLeft(let user): .leaves(user)
            case .roomDeleted: .closes
            default: .none
            }
        text = LiveText(event, epoch: epoch, wire: wire)
    }
}

extension Receipt {
    fileprivate init(of member: Member, in room: Room.ID) {
        self.init(
            roomID: room,
            userID: member.user.id,
            deliveredSeq: member.deliveredSeq,
            readSeq: member.readSeq
        )
    }
}

extension LiveText {
    init(_ event: Event, epoch: String, wire: Wire) {
        type = event.kind
        cursor = Cursor(epoch: epoch, position: event.position).description
        json = wire.json(CursoredEvent(event: event, epoch: epoch)).buffer
    }

    /// What is not in the log: whoever does not hear it can ask for the state it tells of.
    init(signal: Signal, wire: Wire) {
        type = signal.type
        cursor = nil
        json = wire.json(signal).buffer
    }
}

/// Texts that go out together. Each transport frames them once, for all its connections.
final class LiveBatch {
    let texts: [LiveText]
    /// The texts as WebSocket frames, one behind the other.
    private(set) lazy var webSocketFrames: ByteBuffer = {
        var frames = ByteBuffer()
        for text in texts { frames.writeWebSocketFrame(.text, text.json) }
        return frames
    }()
    /// The texts as server-sent events, one behind the other.
    private(set) lazy var serverSentEvents: ByteBuffer = {
        var frames = ByteBuffer()
        for text in texts { frames.writeServerSentEvent(text) }
        return frames
    }()
    /// Bytes of the texts, without what a transport puts around them.
    private(set) lazy var byteCount = texts.reduce(0) { $0 + $1.json.readableBytes }

    init(_ texts: [LiveText]) {
        self.texts = texts
    }
}
