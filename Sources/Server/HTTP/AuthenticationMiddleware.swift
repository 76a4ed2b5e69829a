import Chat
import HTTPTypes
import Hummingbird

/// Finds the session of a request that presents a credential. A request without one passes, and is refused where a
/// session is needed.
struct AuthenticationMiddleware: RouterMiddleware {
    let authenticator: Authenticator
    let address: ClientAddress

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard let credential = ClientCredential(request.headers) else { return try await next(request, context) }
        let session = try await authenticator.session(for: credential) {
            address.network(of: context.peer, forwardedFor: request.headers[values: .xForwardedFor]).known
        }
        var context = context
        context.session = session
        return try await next(request, context)
    }
}
