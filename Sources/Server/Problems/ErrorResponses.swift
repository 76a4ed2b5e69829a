import Hummingbird
import Logging

/// Answers every error with a problem, and logs the ones that an operator should see.
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
            return problem.response
        }
    }
}
