import Chat
import HTTPTypes
import Hummingbird

/// Finds the session of a bearer token (RFC 6750 section 2.1).
struct Authenticator: RouterMiddleware {
    let store: Store
    let presence: Presence
    let address: ClientAddress

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard let token = request.headers[.authorization].flatMap(Self.bearerToken) else {
            return try await next(request, context)
        }
        let session = try await store.people.session(of: token) {
            address.network(of: context.peer, forwardedFor: request.headers[values: .xForwardedFor]).known
        }
        // Asking is what clients do by themselves.
        if request.method != .get, request.method != .head { presence.active(session.userID) }
        var context = context
        context.session = session
        return try await next(request, context)
    }

    /// Nil for any other scheme.
    static func bearerToken(_ header: String) -> SessionToken? {
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return SessionToken(text: String(words[1]))
    }
}
