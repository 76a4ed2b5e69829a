import Fixtures
import Foundation
import SnugClient
import TestSupport
import Testing

/// A room whose server is killed, and what is known of its messages and pictures.
struct KilledChat: Sendable {
    private enum Fate: Sendable {
        case kept
        case deleted
        /// It was to be deleted when the server was killed.
        case unknown
    }

    private let person: Person
    private let room: JSON
    /// By message: the texts that it may have now; empty for a deleted message.
    private var messages: [String: Set<String>] = [:]
    /// The picture of a message.
    private var pictures: [String: String] = [:]
    private var uploads: [String: Fate] = [:]

    /// The same chat at the server of now, or a new one.
    static func begin(_ known: KilledChat?, at site: Site) async throws -> KilledChat {
        guard let known else {
            let ada = try await site.register("ada")
            return KilledChat(person: ada, room: try await ada.makeRoom())
        }
        return KilledChat(known, person: known.person.at(site))
    }

    private init(person: Person, room: JSON) {
        self.person = person
        self.room = room
    }

    private init(_ known: KilledChat, person: Person) {
        self.init(person: person, room: known.room)
        (messages, pictures, uploads) = (known.messages, known.pictures, known.uploads)
    }

    // MARK: - Use

    /// Does things in a random order until the server is gone.
    mutating func use(_ random: inout SeededRandom) async {
        do {
            while true {
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1: try await say()
                case 2: try await post()
                case 3: _ = try await upload()
                case 4: try await deleteMessage(&random)
                default: try await deleteUpload(&random)
                }
            }
        } catch {
            // The server has been killed.
        }
    }

    private mutating func say() async throws {
        let message = try await person.say("hello", in: room)
        messages[message.id.text] = ["hello"]
    }

    private mutating func post() async throws {
        let picture = try await upload()
        let message = try await person.say("look", in: room, with: [picture])
        messages[message.id.text] = ["look"]
        pictures[message.id.text] = picture.id.text
    }

    private mutating func upload() async throws -> JSON {
        let picture = try await person.upload(Fixture.bytes("grey.jpg"))
        uploads[picture.id.text] = .kept
        return picture
    }

    private mutating func deleteMessage(_ random: inout SeededRandom) async throws {
        let live = messages.filter { $0.value != [""] }.keys.sorted()
        guard let id = live.randomElement(using: &random) else { return try await say() }
        let picture = pictures[id]
        messages[id]?.insert("")
        if let picture { uploads[picture] = .unknown }
        _ = try await person.delete("rooms/\(room.id.text)/messages/\(id)").expect(204)
        messages[id] = [""]
        if let picture { uploads[picture] = .deleted }
    }

    private mutating func deleteUpload(_ random: inout SeededRandom) async throws {
        let attached = Set(pictures.values)
        let free = uploads.filter { $0.value == .kept && !attached.contains($0.key) }.keys.sorted()
        guard let id = free.randomElement(using: &random) else { return try await say() }
        uploads[id] = .unknown
        let answer = try await person.delete("attachments/\(id)")
        // A message that was not acknowledged may have taken it.
        guard answer.status != 409 else {
            uploads[id] = .kept
            return
        }
        _ = try answer.expect(204)
        uploads[id] = .deleted
    }

    // MARK: - Check

    /// Expects that everything acknowledged is there, and that what was deleted is not.
    func check(_ name: Comment) async throws {
        let history = try await history()
        let found = Dictionary(uniqueKeysWithValues: history.map { ($0.id.text, $0.body.text) })
        for (id, texts) in messages {
            #expect(found[id].map(texts.contains) == true, "\(name): \(found[id] ?? "lost") is none of \(texts)")
        }
        for (id, fate) in uploads {
            let original = try await person.get("attachments/\(id)/original").status
            switch fate {
            case .kept: #expect(original == 200, "\(name): \(id)")
            case .deleted: #expect(original == 404, "\(name): \(id)")
            case .unknown: #expect([200, 404].contains(original), "\(name): \(id)")
            }
        }
    }

    /// All messages of the room.
    private func history() async throws -> [JSON] {
        var (found, before) = ([JSON](), "")
        while true {
            let page = try await person.get("rooms/\(room.id.text)/messages?limit=100\(before)").expect(200).json
            let messages = page.messages.elements
            found += messages
            guard page.has_more_before == .bool(true), let first = messages.first else { return found }
            before = "&before=\(first.seq.number)"
        }
    }

    /// The pictures of all messages, acknowledged or not.
    func attachedUploads() async throws -> Set<String> {
        Set(try await history().flatMap(\.attachments.elements).map(\.id.text))
    }
}
