import Chat
import DequeModule
import NIOCore

/// An event on its way to subscribers, with its effect on the subscriptions to its room.
struct LiveEvent: Sendable {
    enum Effect: Sendable, Equatable {
        case none
        /// Subscribes the person; the event is the first one that they receive.
        case joins(User.ID)
        /// Subscribes the person as a pending member: their presence is hidden from the other members.
        case joinsPending(User.ID)
        /// The person has accepted; with their receipt, which becomes visible now.
        case accepts(Receipt)
        /// Ends the person's subscriptions; the event is the last one that they receive.
        case leaves(User.ID)
        /// Ends all subscriptions, because the room has been deleted.
        case closes

        /// The person whom the event subscribes to the room.
        var joining: User.ID? {
            switch self {
            case .joins(let user), .joinsPending(let user): user
            case .none, .accepts, .leaves, .closes: nil
            }
        }
    }

    let position: Int64
    let room: Room.ID
    let seq: Int64
    let effect: Effect
    let encoded: EncodedEvent
    /// When its commit was published.
    var committedAt = NIODeadline.now()
}

extension LiveEvent {
    init(_ event: Event, epoch: String, encoding: JSONEncoding) {
        position = event.position
        room = event.roomID
        seq = event.seq
        effect =
            switch event.content {
            case .memberJoined(let member): member.isPending ? .joinsPending(member.user.id) : .joins(member.user.id)
            case .memberUpdated(let member): .accepts(Receipt(of: member, in: event.roomID))
            case .memberLeft(let user): .leaves(user)
            case .roomDeleted: .closes
            default: .none
            }
        encoded = EncodedEvent(event, epoch: epoch, encoding: encoding)
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

/// An event as JSON, encoded once for all clients.
struct EncodedEvent: Sendable {
    /// The name of its kind, such as `message.created`.
    let type: String
    /// The cursor from which a client resumes behind the event; nil for a transient event, which is not in the log.
    let cursor: String?
    /// The whole event as one JSON object.
    let json: ByteBuffer
}

extension EncodedEvent {
    init(_ event: Event, epoch: String, encoding: JSONEncoding) {
        type = event.kind
        cursor = Cursor(epoch: epoch, position: event.position).description
        json = encoding.json(CursoredEvent(event: event, epoch: epoch)).buffer
    }

    init(_ event: TransientEvent, encoding: JSONEncoding) {
        type = event.type
        cursor = nil
        json = encoding.json(event).buffer
    }
}

/// How a transport puts events on the wire. Every format is a type of its own, declared by the transport that uses it.
protocol FrameFormat {
    /// Appends an event with everything that the transport puts around it.
    static func append(_ event: EncodedEvent, to frames: inout ByteBuffer)
}

/// Events that are delivered together. All connections that receive the batch share it, whatever their transports; it
/// is used on the hub's event loop alone.
final class EncodedBatch {
    let events: [EncodedEvent]
    /// Size of the events in bytes, without what a transport puts around them.
    private(set) lazy var byteCount = events.reduce(0) { $0 + $1.json.readableBytes }
    /// Most batches are needed in one format alone, which is why the first one does not cost a dictionary.
    private var first: (format: ObjectIdentifier, frames: ByteBuffer)?
    private var others: [ObjectIdentifier: ByteBuffer] = [:]

    init(_ events: [EncodedEvent]) {
        self.events = events
    }

    /// The events in a transport's format, one after the other. They are framed when a format is asked for the first
    /// time, and every later caller receives the same bytes.
    func frames<Format: FrameFormat>(as format: Format.Type) -> ByteBuffer {
        let id = ObjectIdentifier(format)
        if let first, first.format == id { return first.frames }
        if let known = others[id] { return known }
        var frames = ByteBuffer()
        for event in events { format.append(event, to: &frames) }
        if first == nil { first = (id, frames) } else { others[id] = frames }
        return frames
    }
}

/// The newest events, for connections whose snapshot was read just before they happened.
struct RecentEvents {
    private let maxCount: Int
    private let maxBytes: Int
    private var events: Deque<LiveEvent> = []
    private var byteCount = 0

    init(maxCount: Int, maxBytes: Int) {
        self.maxCount = maxCount
        self.maxBytes = maxBytes
    }

    mutating func append(_ event: LiveEvent) {
        events.append(event)
        byteCount += event.encoded.json.readableBytes
    }

    /// Removes the oldest events above the limits.
    mutating func trim() {
        while events.count > maxCount || byteCount > maxBytes {
            byteCount -= events.removeFirst().encoded.json.readableBytes
        }
    }

    /// Kept events behind a position, oldest first.
    func events(after position: Int64) -> some Collection<LiveEvent> {
        events.reversed().prefix { $0.position > position }.reversed()
    }
}
