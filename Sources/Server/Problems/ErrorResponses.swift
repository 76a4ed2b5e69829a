import HTTPTypes
import Hummingbird
import Logging

/// Responds to every error with a problem, and logs those that concern the operator.
struct ErrorResponses<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            guard let problem = Problem(error) else {
                context.logger.error(
                    "A request failed",
                    metadata: [
                        "error": "\(error)", "method": "\(request.method)",
                        "route": "\(context.endpointPath ?? "none")",
                    ]
                )
                return Problem.internal.response
            }
            context.logger.reportFailure(error)
            return problem.response
        }
    }
}

extension Router {
    /// Adds responses 405 with `Allow` (RFC 9110 section 15.5.6) for the other methods of each path.
    ///
    /// To be called after all other routes were added.
    func refuseOtherMethods() {
        var methods: [String: Set<HTTPRequest.Method>] = [:]
        for route in routes {
            methods[route.path.description, default: []].insert(route.method)
        }
        for (path, present) in methods {
            var allowed = present
            if present.contains(.get) { allowed.insert(.head) }
            let allow = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options, .trace]
            where !allowed.contains(method) {
                on(RouterPath(path), method: method) { _, _ in
                    var response = Problem(
                        .methodNotAllowed,
                        "method_not_allowed",
                        "This path allows \(allow)."
                    ).response
                    response.headers[.allow] = allow
                    return response
                }
            }
        }
    }
}
