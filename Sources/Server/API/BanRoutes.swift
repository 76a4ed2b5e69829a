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
        let limit = try request.pageLimit(atMost: store.limits.banPageSize)
        let page = try await store.rooms.bans(
            from: context.id(),
            after: request.pageStart(of: "user"),
            limit: limit,
            for: context.userID
        )
        return encoding.response { json in
            json.key("bans")
            json.array(page.bans) { $1.write(to: &$0) }
            json.member("has_more", page.hasMore)
        }
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
