import Fixtures
import SnugClient
import TestSupport

/// A person who performs random actions on the rooms as they were at the last refresh. The server may refuse an action
/// because the room has changed since; that changes nothing.
struct ChatActor: Sendable {
    /// Limits the rooms of one person, because comparing more of them takes long.
    private static let maxRooms = 5
    private let person: Person
    private let others: [Person]
    private var random: SeededRandom
    private var rooms: [JSON] = []
    private var messages: [JSON] = []
    private var joinable: [JSON] = []

    init(_ person: Person, _ others: [Person], _ random: SeededRandom) {
        self.person = person
        self.others = others
        self.random = random
    }

    mutating func refresh() async throws {
        rooms = try await person.get("rooms").expect(200).json.rooms.elements
        joinable = try await person.get("rooms?scope=public").expect(200).json.rooms.elements
        messages = []
        for room in rooms {
            // A person who is removed meanwhile sees none.
            messages += try await person.get("rooms/\(room.id.text)/messages").json.messages.elements
        }
    }

    mutating func performRandomAction() async throws {
        let answer =
            switch Int.random(in: 0..<100, using: &random) {
            case ..<40: try await postMessage()
            case ..<62: try await changeMessage()
            case ..<88: try await changeRoom()
            case ..<92: try await enterRoom()
            default: try await markRead()
            }
        if let answer, answer.status >= 500 { _ = try answer.expect(200) }
    }

    private mutating func postMessage() async throws -> Answer? {
        guard let room = rooms.randomElement(using: &random)?.id.text else { return nil }
        var draft: [String: JSON] = ["body": .string("\(random.next())")]
        if Int.random(in: 0..<4, using: &random) == 0 {
            draft["reply_to"] = messages.randomElement(using: &random)?.id
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            let name = ["textured.jpg", "plain.png", "header-only.jpg"].randomElement(using: &random) ?? ""
            draft["attachment_ids"] = [try await person.upload(try Fixture.bytes(name), named: name).id]
        }
        return try await person.post("rooms/\(room)/messages", .object(draft))
    }

    private mutating func changeMessage() async throws -> Answer? {
        guard let message = messages.randomElement(using: &random) else { return nil }
        guard Int.random(in: 0..<3, using: &random) > 0 else {
            return try await person.delete(person.path(of: message))
        }
        return try await person.patch(person.path(of: message), ["body": .string("\(random.next())")])
    }

    private mutating func changeRoom() async throws -> Answer? {
        guard let room = rooms.randomElement(using: &random)?.id.text else { return nil }
        let other = (others + [person]).randomElement(using: &random)?.id ?? ""
        let role = ["owner", "admin", "member"].randomElement(using: &random) ?? ""
        let members = "rooms/\(room)/members"
        switch Int.random(in: 0..<25, using: &random) {
        case ..<8: return try await person.patch("rooms/\(room)", ["name": .string("\(random.next())")])
        case ..<14: return try await person.patch("\(members)/\(other)", ["role": .string(role)])
        case ..<20: return try await person.post(members, ["user_id": .string(other)])
        case ..<24: return try await person.delete("\(members)/\(other)")
        default: return try await person.delete("rooms/\(room)")
        }
    }

    private mutating func enterRoom() async throws -> Answer? {
        if let room = joinable.randomElement(using: &random) { return try await person.join(room) }
        guard rooms.count < Self.maxRooms else { return nil }
        let kind = ["public", "private"].randomElement(using: &random) ?? ""
        rooms.append(try await person.makeRoom(kind: kind, with: others))
        return nil
    }

    private mutating func markRead() async throws -> Answer? {
        guard let room = rooms.randomElement(using: &random), room.last_seq.number > 0 else { return nil }
        let seq = Int.random(in: 1...room.last_seq.number, using: &random)
        return try await person.post("rooms/\(room.id.text)/read", ["seq": .int(seq)])
    }
}
