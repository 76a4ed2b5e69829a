import Chat
import Hummingbird

/// Members of rooms, with their roles, receipts and typing notices.
struct MemberRoutes: Sendable {
    let store: Store
    let encoding: JSONEncoding

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.post("rooms/{id}/members", use: add)
        signedIn.get("rooms/{id}/members", use: list)
        signedIn.patch("rooms/{id}/members/{user}", use: setRole)
        signedIn.delete("rooms/{id}/members/{user}", use: remove)
        signedIn.post("rooms/{id}/read", use: read)
        signedIn.post("rooms/{id}/typing", use: typing)
    }

    private struct NewMember: Decodable {
        let user_id: User.ID?
        let role: String?
    }

    @Sendable private func add(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let room: Room.ID = try context.id()
        let body = try await request.jsonOrNothing() ?? NewMember(user_id: nil, role: nil)
        let user = body.user_id ?? context.userID
        let role = try body.role.map(Self.role) ?? .member
        let added = try await store.rooms.addMember(user, to: room, role: role, by: context.caller)
        return encoding.response(added.member == nil ? .accepted : .created, added)
    }

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let members = try await store.rooms.members(of: context.id(), for: context.userID)
        return encoding.response { json in
            json.key("members")
            json.array(members) { $1.write(to: &$0) }
        }
    }

    private struct NewRole: Decodable {
        let role: String
    }

    @Sendable private func setRole(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let body: NewRole = try await request.json()
        let member = try await store.rooms.setRole(
            Self.role(body.role),
            of: context.id("user"),
            in: context.id(),
            by: context.caller
        )
        return encoding.response(.ok, member)
    }

    @Sendable private func remove(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let (user, room): (User.ID, Room.ID) = (try context.id("user"), try context.id())
        let bans = try request.flag("ban") ?? true
        try await store.rooms.removeMember(user, from: room, by: context.caller, bans: bans)
        return Response(status: .noContent)
    }

    private struct Progress: Decodable {
        let seq: SequenceNumber
    }

    @Sendable private func read(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let progress: Progress = try await request.json()
        try await store.rooms.markRead(context.id(), upTo: progress.seq.value, by: context.caller)
        return Response(status: .noContent)
    }

    @Sendable private func typing(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.rooms.announceTyping(in: context.id(), by: context.caller)
        return Response(status: .noContent)
    }

    private static func role(_ text: String) throws -> Member.Role {
        guard let role = Member.Role(rawValue: text) else {
            throw Problem.invalid("role", "It must be owner, admin or member.")
        }
        return role
    }
}
