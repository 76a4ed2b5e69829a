import Chat
import Hummingbird

/// People who are banned from public rooms.
struct BanRoutes: Sendable {
    let store: Store
    let encoding: JSONEncoding

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("rooms/{id}/bans", use: list)
        signedIn.put("rooms/{id}/bans/{user}", use: ban)
        signedIn.delete("rooms/{id}/bans/{user}", use: lift)
    }

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let maximum = store.limits.banPageSize
        let limit = try request.number("limit", in: 1...Int64(maximum)).map(Int.init) ?? maximum
        let page = try await store.rooms.bans(
            from: context.id(),
            after: last(request),
            limit: limit,
            for: context.userID
        )
        return encoding.response { json in
            json.key("bans")
            json.array(page.bans) { $1.write(to: &$0) }
            json.member("has_more", page.hasMore)
        }
    }

    private func last(_ request: Request) throws -> User.ID? {
        guard let text = request.text("after") else { return nil }
        guard let id = User.ID(text) else { throw Problem.invalid("after", "It must be the id of a user.") }
        return id
    }

    @Sendable private func ban(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.rooms.ban(context.id("user"), from: context.id(), by: context.caller)
        return Response(status: .noContent)
    }

    @Sendable private func lift(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.rooms.liftBan(of: context.id("user"), from: context.id(), by: context.caller)
        return Response(status: .noContent)
    }
}
