import Chat
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
            if let failure = Self.storageFailure(error) {
                context.logger.error(
                    "The database could not be written: check the health and the free space of the disk",
                    metadata: ["error": "\(failure)"]
                )
            }
            return problem.response
        }
    }

    private static func storageFailure(_ error: any Error) -> String? {
        switch error {
        case Refusal.storageFull: "no space left in the database"
        case Refusal.storageTrouble(let reason): reason
        default: nil
        }
    }
}
