import Chat
import Hummingbird

/// People whom the caller has blocked.
struct BlockRoutes: Sendable {
    let store: Store
    let encoding: JSONEncoding

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("blocks", use: list)
        signedIn.put("blocks/{user}", use: block)
        signedIn.delete("blocks/{user}", use: unblock)
    }

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let blocks = try await store.people.blocks(of: context.userID)
        return encoding.response { json in
            json.key("blocks")
            json.array(blocks) { $1.write(to: &$0) }
        }
    }

    @Sendable private func block(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.people.block(context.id("user"), by: context.caller)
        return Response(status: .noContent)
    }

    @Sendable private func unblock(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.people.unblock(context.id("user"), by: context.caller)
        return Response(status: .noContent)
    }
}
