import Chat

/// An event on its way to subscribers, with its effect on the subscriptions to its room.
struct LiveEvent: Sendable {
    enum Effect: Sendable, Equatable {
        case none
        /// Subscribes the person; the event is the first one that they receive.
        case joins(User.ID)
        /// Subscribes the person, who has not yet accepted a stranger: their presence is hidden from the other members.
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
