import SnugClient
import TestSupport

/// A person's rooms as the server returns them, without the members that no event changes.
struct Snapshot: Equatable, Sendable {
    /// As listed, without the count of unread messages.
    var rooms: [JSON] = []
    /// By room, longest members first, without their presence.
    var members: [String: [JSON]] = [:]
    /// By room, oldest first.
    var messages: [String: [JSON]] = [:]

    static func fetch(_ person: Person) async throws -> Snapshot {
        var snapshot = Snapshot()
        for room in try await person.get("rooms").expect(200).json.rooms.elements {
            snapshot.rooms.append(room.removing("unread_count"))
            snapshot.members[room.id.text] = try await members(of: room.id.text, person)
            snapshot.messages[room.id.text] = try await messages(of: room.id.text, person)
        }
        // The server orders by its log. A client has only times, which messages of the same millisecond share.
        snapshot.rooms.sort { ($0.activity, $0.id.text) > ($1.activity, $1.id.text) }
        return snapshot
    }

    static func members(of room: String, _ person: Person) async throws -> [JSON] {
        try await person.get("rooms/\(room)/members").expect(200).json.members.elements.map(\.withoutPresence)
    }

    static func messages(of room: String, _ person: Person) async throws -> [JSON] {
        var messages: [JSON] = []
        var hasMore = true
        while hasMore {
            let before = messages.first.map { "&before=\($0.seq.number)" } ?? ""
            let page = try await person.get("rooms/\(room)/messages?limit=100\(before)").expect(200).json
            messages.insert(contentsOf: page.messages.elements, at: 0)
            hasMore = page.has_more_before == true
        }
        return messages
    }

    /// Describes what differs in `other`, for the output of a failed test.
    func differences(from other: Snapshot) -> String {
        var lines: [String] = []
        if rooms != other.rooms { lines.append("rooms\n  \(rooms.text)\n  \(other.rooms.text)") }
        for room in Set(members.keys).union(other.members.keys) where members[room] != other.members[room] {
            lines.append("members\n  \(members[room, default: []].text)\n  \(other.members[room, default: []].text)")
        }
        for room in Set(messages.keys).union(other.messages.keys) where messages[room] != other.messages[room] {
            let (own, others) = (messages[room, default: []], other.messages[room, default: []])
            let (left, right) = (own.filter { !others.contains($0) }, others.filter { !own.contains($0) })
            lines.append("messages\n  \(left.text)\n  \(right.text)")
        }
        return lines.joined(separator: "\n")
    }
}

extension [JSON] {
    fileprivate var text: String { (try? String(decoding: JSON.array(self).bytes, as: UTF8.self)) ?? "?" }
}

extension JSON {
    /// A member of a room without their presence, which only transient events carry.
    var withoutPresence: JSON { setting("user", self.user.removing("status", "last_seen_at")) }

    func setting(_ name: String, _ value: JSON) -> JSON {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }

    func removing(_ names: String...) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.key) })
    }

    /// With the members of `other` in place of its own ones of the same name.
    func merging(_ other: JSON) -> JSON {
        guard case .object(let own) = self, case .object(let others) = other else { return self }
        return .object(own.merging(others) { $1 })
    }
}
