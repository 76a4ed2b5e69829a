import Chat
import Hummingbird

/// Invitations to rooms, and direct rooms opened by strangers.
struct InvitationRoutes: Sendable {
    let store: Store
    let encoding: JSONEncoding

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("invitations", use: list)
        signedIn.delete("invitations/{room}", use: decline)
        signedIn.get("rooms/{id}/invitations", use: listOfRoom)
        signedIn.post("rooms/{id}/accept", use: accept)
    }

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        response(try await store.rooms.invitations(of: context.userID))
    }

    @Sendable private func listOfRoom(_ request: Request, _ context: SignedInContext) async throws -> Response {
        response(try await store.rooms.invitations(to: context.id(), for: context.userID))
    }

    private func response(_ invitations: [Invitation]) -> Response {
        encoding.response { json in
            json.key("invitations")
            json.array(invitations) { $1.write(to: &$0) }
        }
    }

    @Sendable private func accept(_ request: Request, _ context: SignedInContext) async throws -> Response {
        encoding.response(.ok, try await store.rooms.accept(context.id(), by: context.caller))
    }

    @Sendable private func decline(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.rooms.declineInvitation(to: context.id("room"), by: context.caller)
        return Response(status: .noContent)
    }
}
