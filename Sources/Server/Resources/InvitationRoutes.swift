import Chat
import Hummingbird

/// What somebody is asked to agree to: invitations to rooms, and direct rooms that strangers opened.
struct InvitationRoutes: Sendable {
    let store: Store
    let limits: RateLimits
    let wire: Wire

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("invitations", use: list)
        signedIn.delete("invitations/{room}", use: decline)
        signedIn.get("rooms/{id}/invitations", use: listOfRoom)
        signedIn.post("rooms/{id}/accept", use: accept)
    }

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        response(try await store.invitations(of: context.userID))
    }

    @Sendable private func listOfRoom(_ request: Request, _ context: SignedInContext) async throws -> Response {
        response(try await store.invitations(to: context.id(), for: context.userID))
    }

    private func response(_ invitations: [Invitation]) -> Response {
        wire.response { json in
            json.key("invitations")
            json.array(invitations) { $1.write(to: &$0) }
        }
    }

    @Sendable private func accept(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let room: Room.ID = try context.id()
        try limits.joins.spend(context.userID)
        return wire.response(.ok, try await store.accept(room, by: context.userID, once: context.once))
    }

    @Sendable private func decline(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.declineInvitation(to: context.id("room"), by: context.userID)
        return Response(status: .noContent)
    }
}
