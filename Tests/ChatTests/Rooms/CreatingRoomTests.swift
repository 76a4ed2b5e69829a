import TestSupport
import Testing

@testable import Chat

@Suite("Creating and changing rooms", .timeLimit(.standard))
struct CreatingRoomTests {
    @Test("The creator of a room is its owner", arguments: [Room.Kind.public, .private])
    func create(kind: Room.Kind) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let view = try await chat.store.rooms.create(kind: kind, name: "Snug", topic: "Talk", owner: ada)
            #expect(view.role == .owner)
            #expect(view.room.kind == kind)
            #expect(view.room.name == "Snug")
            #expect(view.room.topic == "Talk")
            #expect(view.room.memberCount == 1)
            #expect(chat.follower.kinds(in: view.room.id) == ["member.joined"])
            #expect(try await chat.store.rooms.room(view.room.id, for: ada) == view.value)
        }
    }

    @Test("I7: Others can see a public room, but not a private one")
    func visibility() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let hidden = try await chat.room(.private, of: ada)
            let open = try await chat.room(.public, of: ada)
            #expect(await refusal { try await chat.store.rooms.room(hidden, for: bob) } == .notFound)
            #expect(await refusal { try await chat.store.rooms.room(.random(), for: bob) } == .notFound)
            #expect(try await chat.store.rooms.room(open, for: bob).role == nil)
            // What was said in it is for members alone all the same.
            #expect(
                await refusal { try await chat.store.messages.page(of: open, at: .newest, limit: 1, for: bob) }
                    == .notFound
            )
            #expect(await refusal { try await chat.store.rooms.members(of: open, for: bob) } == .notFound)
        }
    }

    @Test("Owners and admins may change name and topic, members may not")
    func update() async throws {
        try await withChat { chat in
            let people = try await chat.people(3)
            let room = try await chat.room(of: people[0], with: [people[1]])
            _ = try await chat.add(people[2], to: room, role: .admin, by: people[0])
            let view = try await chat.store.rooms.update(room, name: "New", topic: nil, by: people[2])
            #expect(view.room.name == "New")
            #expect(view.room.topic == nil)
            #expect(try await chat.store.rooms.update(room, name: nil, topic: "T", by: people[0]).room.name == "New")
            #expect(
                await refusal { try await chat.store.rooms.update(room, name: "X", topic: nil, by: people[1]) }
                    == .forbidden
            )
            #expect(chat.follower.kinds(in: room).suffix(2) == ["room.updated", "room.updated"])
        }
    }

    @Test("Joinable rooms are public rooms of others whose names have the prefix")
    func joinable() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            for name in ["beer", "Bar", "b%r", "tea"] {
                _ = try await chat.store.rooms.create(kind: .public, name: name, topic: nil, owner: ada)
            }
            _ = try await chat.store.rooms.create(kind: .private, name: "back room", topic: nil, owner: ada)
            _ = try await chat.store.rooms.create(kind: .public, name: "bob's", topic: nil, owner: bob)
            let names = { (query: String) in
                try await chat.store.rooms.joinable(for: bob, matching: query).items.map(\.name)
            }
            #expect(try await names("B") == ["b%r", "Bar", "beer"])
            #expect(try await names("b%") == ["b%r"])
            #expect(try await names("_").isEmpty)
        }
    }

    @Test("I7: Public rooms are listed until the person has joined them, private ones never")
    func joined() async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            let rooms = chat.store.rooms
            _ = try await rooms.create(kind: .private, name: "Private", topic: nil, owner: ada)
            _ = try await rooms.create(kind: .public, name: "Garden", topic: nil, owner: ada)
            let kitchen = try await rooms.create(kind: .public, name: "Kitchen", topic: nil, owner: ada).room.id
            let names = { (person: User.ID, query: String) in
                try await rooms.joinable(for: person, matching: query).items.map(\.name)
            }
            #expect(try await names(bob, "") == ["Garden", "Kitchen"])
            #expect(try await names(bob, "kit") == ["Kitchen"])
            #expect(try await names(bob, "%").isEmpty)
            _ = try await rooms.addMember(bob, to: kitchen, role: .member, by: bob)
            #expect(try await names(bob, "") == ["Garden"])
            #expect(try await names(ada, "").isEmpty)
        }
    }

    @Test("Names and topics are limited")
    func labels() {
        #expect(throws: Refusal.self) { try Room.check(name: " ") }
        #expect(throws: Refusal.self) { try Room.check(name: String(repeating: "n", count: 81)) }
        #expect(throws: Refusal.self) { try Room.check(topic: String(repeating: "t", count: 501)) }
        #expect(throws: Never.self) { try Room.check(topic: "") }
    }
}
