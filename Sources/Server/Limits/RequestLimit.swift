import HTTPTypes
import Hummingbird

/// Limits the requests of each network, before anything else is done for them.
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

    /// Pictures are requested by the dozen and cost little, and monitoring must not be rejected.
    static func counts(_ path: String) -> Bool {
        !path.utf8.starts(with: "/media/".utf8) && !path.utf8.starts(with: "/health".utf8)
    }
}
