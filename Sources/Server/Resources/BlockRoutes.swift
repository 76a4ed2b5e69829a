import Chat
import Hummingbird

/// Whom somebody has blocked.
struct BlockRoutes: Sendable {
    let store: Store
    let limits: RateLimits
    let wire: Wire

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("blocks", use: list)
        signedIn.put("blocks/{user}", use: block)
        signedIn.delete("blocks/{user}", use: unblock)
    }

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let blocks = try await store.blocks(of: context.userID)
        return wire.response { json in
            json.key("blocks")
            json.array(blocks) { $1.write(to: &$0) }
        }
    }

    @Sendable private func block(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let user: User.ID = try context.id("user")
        try limits.people.blocks.spend(context.userID)
        try await store.block(user, by: context.userID)
        return Response(status: .noContent)
    }

    @Sendable private func unblock(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let user: User.ID = try context.id("user")
        try limits.people.blocks.spend(context.userID)
        try await store.unblock(user, by: context.userID)
        return Response(status: .noContent)
    }
}
