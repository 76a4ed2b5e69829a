import Chat
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
            if let trouble = Self.storageTrouble(error) {
                context.logger.error(
                    "The database could not be written: check the health and the free space of the disk",
                    metadata: ["error": "\(trouble)"]
                )
            }
            return problem.response
        }
    }

    private static func storageTrouble(_ error: any Error) -> String? {
        switch error {
        case Refusal.storageFull: "no space left in the database"
        case Refusal.storageTrouble(let reason): reason
        default: nil
        }
    }
}
