import Testing
import Vocabulary

@testable import Chat

/// The changes that a client can ask for under a key.
enum KeyedChange: CaseIterable {
    case room, directRoom, member, message, upload, retry

    /// What was made, by its id, and whether it was there already.
    struct Result: Hashable {
        let id: String
        let isReplay: Bool

        init<Value, Entity>(_ outcome: Replayable<Value>, _ id: Identifier<Entity>) {
            self.id = id.description
            isReplay = outcome.isReplay
        }

        init(_ posted: Messages.Posted) {
            id = posted.message.id.description
            isReplay = posted.isReplay
        }
    }
}

/// Two people, a room of the first, and a picture in it that failed.
struct KeyedWorld {
    let chat: TestChat
    let ada: User.ID
    let bob: User.ID
    let room: Room.ID
    let picture: Attachment.ID

    static func with(_ body: (KeyedWorld) async throws -> Void) async throws {
        try await withChat { chat in
            let (ada, bob) = (try await chat.person("ada"), try await chat.person("bob"))
            // They know each other, so that one may add the other at once.
            _ = try await chat.room(of: ada, with: [bob])
            let room = try await chat.room(.public, of: ada)
            let picture = try await chat.upload(.image, by: ada)
            _ = try await chat.store.renderings.recordFailure(picture, .sample(.picture))
            try await body(KeyedWorld(chat: chat, ada: ada, bob: bob, room: room, picture: picture))
        }
    }

    /// A request of Ada's, or of another person.
    func request(
        _ text: String = "key",
        of user: User.ID? = nil,
        route: String = "route",
        asking what: String = "this"
    ) -> IdempotentRequest {
        IdempotentRequest(IdempotencyKey(of: user ?? ada, route: route, text: text), parts: [.init(what.utf8)])
    }

    func make(_ change: KeyedChange, _ request: IdempotentRequest?) async throws -> KeyedChange.Result {
        let store = chat.store
        switch change {
        case .room:
            let made = try await store.rooms.create(
                kind: .private,
                name: "New",
                topic: nil,
                owner: ada,
                request: request
            )
            return .init(made, made.room.id)
        case .directRoom:
            let made = try await store.rooms.directRoom(of: ada, and: bob, request: request)
            return .init(made, made.room.id)
        case .member:
            let made = try await store.rooms.addMember(bob, to: room, role: .member, by: ada, request: request)
            return .init(made, made.userID)
        case .message:
            return .init(try await store.messages.post(Draft(body: "once"), in: room, by: ada, request: request))
        case .upload:
            let id = Attachment.ID.random()
            try await store.attachments.begin(id, by: ada)
            do {
                let made = try await store.attachments.complete(
                    id,
                    filename: "f",
                    facts: .sample(.file),
                    by: ada,
                    request: request
                )
                if made.isReplay { try await store.attachments.abandon(id) }
                return .init(made, made.id)
            } catch {
                try await store.attachments.abandon(id)
                throw error
            }
        case .retry:
            let made = try await store.renderings.retry(picture, by: ada, request: request)
            return .init(made, made.id)
        }
    }

    /// How many rows each table has.
    func rows() async throws -> [String: Int] {
        let tables = [
            "users", "sessions", "rooms", "members", "messages", "attachments", "events", "idempotency_keys",
        ]
        var rows: [String: Int] = [:]
        for table in tables { rows[table] = try await chat.number("SELECT count(*) FROM \(table)") }
        return rows
    }
}
