import HTTPTypes
import Hummingbird

/// Limits how many requests come from one network, before anything else is done for them.
struct RequestLimit: RouterMiddleware {
    let limits: RateLimits

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        if Self.counts(request.uri.path) {
            let forwardedFor = request.headers[values: .xForwardedFor]
            do {
                try limits.requests.spend(limits.address.network(of: context.peer, forwardedFor: forwardedFor))
            } catch {
                return error.response.lingering(over: request)
            }
        }
        return try await next(request, context)
    }

    /// Pictures come by the dozen and cost little, and whoever watches the server must not be turned away.
    static func counts(_ path: String) -> Bool {
        !path.utf8.starts(with: "/media/".utf8) && !path.utf8.starts(with: "/health".utf8)
    }
}
