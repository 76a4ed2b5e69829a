import Chat
import Hummingbird

/// Rooms: creating, listing, changing, deleting and hiding them.
struct RoomRoutes: Sendable {
    let store: Store
    let encoding: JSONEncoding

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.post("rooms", use: create)
        signedIn.get("rooms", use: list)
        signedIn.get("rooms/{id}", use: show)
        signedIn.patch("rooms/{id}", use: change)
        signedIn.delete("rooms/{id}", use: delete)
        signedIn.put("rooms/{id}/hidden", use: hide)
        signedIn.delete("rooms/{id}/hidden", use: unhide)
    }

    private struct NewRoom: Decodable {
        let kind: String
        let name: String?
        let topic: String?
        let user_id: User.ID?
    }

    @Sendable private func create(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let body: NewRoom = try await request.json()
        guard let kind = Room.Kind(rawValue: body.kind) else {
            throw Problem.invalid("kind", "It must be public, private or direct.")
        }
        if kind == .direct {
            guard let other = body.user_id else {
                throw Problem.invalid("user_id", "It is required for a direct room.")
            }
            return encoding.response(.created, try await store.rooms.directRoom(with: other, by: context.caller))
        }
        guard let name = body.name else { throw Problem.invalid("name", "It is missing.") }
        let room = try await store.rooms.create(kind: kind, name: name, topic: body.topic, by: context.caller)
        return encoding.response(.created, room)
    }

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        switch request.text("scope") {
        case nil, "hidden":
            let rooms = try await store.rooms.list(of: context.userID, hidden: request.text("scope") != nil)
            return encoding.response { json in
                json.key("rooms")
                json.array(rooms) { $1.write(to: &$0) }
            }
        case "public":
            let page = try await store.rooms.joinable(
                for: context.userID,
                matching: request.text("q") ?? "",
                after: request.searchCursor()
            )
            return encoding.response { json in
                json.key("rooms")
                json.array(page.items) { RoomView(room: $1, role: nil).write(to: &$0) }
                json.writeNextPage(page.next)
            }
        default:
            throw Problem.invalid("scope", "It must be public or hidden, if it is given.")
        }
    }

    @Sendable private func show(_ request: Request, _ context: SignedInContext) async throws -> Response {
        encoding.response(.ok, try await store.rooms.room(context.id(), for: context.userID))
    }

    private struct Changes: Decodable {
        let name: String?
        let topic: String?
    }

    @Sendable private func change(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let body: Changes = try await request.json()
        let room = try await store.rooms.update(
            context.id(),
            name: body.name,
            topic: body.topic,
            by: context.caller
        )
        return encoding.response(.ok, room)
    }

    @Sendable private func delete(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.rooms.delete(context.id(), by: context.caller)
        return Response(status: .noContent)
    }

    @Sendable private func hide(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await setHidden(true, context)
    }

    @Sendable private func unhide(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await setHidden(false, context)
    }

    private func setHidden(_ isHidden: Bool, _ context: SignedInContext) async throws -> Response {
        try await store.rooms.setHidden(isHidden, context.id(), by: context.caller)
        return Response(status: .noContent)
    }
}
