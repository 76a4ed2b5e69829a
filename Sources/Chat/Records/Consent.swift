/// Whether a member agreed to be in a room.
enum Consent: String, Sendable {
    /// They made or joined the room, accepted it, or wrote in it.
    case given
    /// Somebody who shares a room with them added them.
    case assumed
    /// A stranger wrote to them and they have not answered. Their presence is hidden.
    case pending
}

extension Consent: SQLConvertible {}

/// A member who writes a message.
struct SendingMember {
    let sender: Message.Sender
    let consent: Consent

    var id: User.ID { sender.id }
}
