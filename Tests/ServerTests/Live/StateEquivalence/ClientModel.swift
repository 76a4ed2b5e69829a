import SnugClient
import TestSupport

/// The rooms as a client keeps them: fetched once, then changed by events, with the simplest rules that the contract
/// allows.
struct ClientModel: Sendable {
    fileprivate struct RoomModel {
        /// As in the list of rooms, without the last message.
        var facts: JSON
        var members: [String: JSON]
        var messages: [String: JSON]

        var lastSeq: Int { facts.last_seq.number }
        var newest: JSON { messages.values.max { $0.seq.number < $1.seq.number } ?? .null }

        init(_ room: JSON, _ members: [JSON], _ messages: [JSON]) {
            facts = room.removing("last_message", "unread_count")
            self.members = Dictionary(members.map { ($0.user.id.text, $0) }, uniquingKeysWith: { $1 })
            self.messages = Dictionary(messages.map { ($0.id.text, $0) }, uniquingKeysWith: { $1 })
        }
    }

    private let person: Person
    private var rooms: [String: RoomModel] = [:]

    init(of person: Person, from snapshot: Snapshot) {
        self.person = person
        for room in snapshot.rooms {
            let (members, messages) = (snapshot.members[room.id.text], snapshot.messages[room.id.text])
            rooms[room.id.text] = RoomModel(room, members ?? [], messages ?? [])
        }
    }

    /// In the form and the orders in which the server returns it.
    var snapshot: Snapshot {
        var snapshot = Snapshot()
        let listed = rooms.values.map { $0.facts.setting("last_message", $0.newest) }
        snapshot.rooms = listed.sorted { ($0.activity, $0.id.text) > ($1.activity, $1.id.text) }
        for (id, room) in rooms {
            snapshot.members[id] = room.members.values
                .sorted { ($0.joined_at.text, $0.user.id.text) < ($1.joined_at.text, $1.user.id.text) }
            snapshot.messages[id] = room.messages.values.sorted { $0.seq.number < $1.seq.number }
        }
        return snapshot
    }

    // MARK: - Rules

    /// - Throws: ``Gap`` when a number is missing.
    mutating func apply(_ event: JSON) async throws {
        let id = event.room_id.text
        // No event describes what a room was before one joined it, so the client fetches it.
        if event.type == "member.joined", event.user_id.text == person.id { return try await fetch(id) }
        guard var room = rooms[id] else { return }
        guard event.cursor != .missing else { return rooms[id] = room.applying(receipt: event) }
        // The room was fetched after this event, so it reflects the event already.
        guard event.seq.number > room.lastSeq else { return }
        // Events before a deletion of the room, or before leaving it, are not replayed.
        let isGone = event.type == "room.deleted" || event.type == "member.left" && event.user_id.text == person.id
        guard event.seq.number == room.lastSeq + 1 || isGone else { throw Gap(after: room.lastSeq, event: event) }
        room.facts = room.facts.setting("last_seq", event.seq)
        rooms[id] = isGone ? nil : room.applying(event, as: person)
    }

    private mutating func fetch(_ id: String) async throws {
        rooms[id] = nil
        let room = try await person.get("rooms/\(id)")
        // It was deleted or left since; the event of that comes next.
        guard room.status != 404, room.json.role != .null else { return }
        rooms[id] = RoomModel(
            try room.expect(200).json,
            try await Snapshot.members(of: id, person),
            try await Snapshot.messages(of: id, person)
        )
    }

    /// An event of a room has not been received.
    struct Gap: Error {
        let after: Int
        let event: JSON
    }
}

extension ClientModel.RoomModel {
    fileprivate func applying(_ event: JSON, as person: Person) -> Self {
        var copy = self
        switch event.type {
        case "message.created", "message.edited", "message.deleted":
            copy.messages[event.message.id.text] = event.message
        case "attachment.ready", "attachment.failed":
            copy.messages[event.message_id.text] = copy.messages[event.message_id.text]?.replacing(event.attachment)
        case "room.updated":
            copy.facts = copy.facts.merging(event.room)
        case "member.joined", "member.updated":
            let id = event.user_id.text
            copy.members[id] = (copy.members[id] ?? [:]).merging(event.member)
            if event.type == "member.joined" { copy.count(1) }
            guard id == person.id else { break }
            copy.facts = copy.facts.setting("role", event.member.role).setting("pending", event.member.pending)
        case "member.left":
            copy.members[event.user_id.text] = nil
            copy.count(-1)
        default:
            break
        }
        return copy
    }

    private mutating func count(_ change: Int) {
        facts = facts.setting("member_count", .int(facts.member_count.number + change))
    }

    /// Receipts only move forward, so an older one that comes late changes nothing.
    fileprivate func applying(receipt: JSON) -> Self {
        guard receipt.type == "receipt", var member = members[receipt.user_id.text] else { return self }
        for name in ["delivered_seq", "read_seq"] {
            member = member.setting(name, .int(max(member[name].number, receipt[name].number)))
        }
        var copy = self
        copy.members[receipt.user_id.text] = member
        return copy
    }
}

extension JSON {
    /// The time of the last message in a listed room, or of its creation.
    var activity: String {
        self.last_message == .null ? self.created_at.text : self.last_message.created_at.text
    }

    /// A message with this attachment in the place of the old one.
    fileprivate func replacing(_ attachment: JSON) -> JSON {
        setting("attachments", .array(self.attachments.elements.map { $0.id == attachment.id ? attachment : $0 }))
    }
}
