import HTTPTypes
import Hummingbird
import Logging

/// One line per request, with the route's pattern instead of its path: paths of pictures are capabilities.
///
/// Ordinary answers are `debug`: at hundreds a second they are not something to look at. What took long or went wrong
/// on the server is louder.
struct RequestLog<Context: RequestContext>: RouterMiddleware {
    /// From here on an answer is worth a line of its own.
    static var slow: Duration { .seconds(2) }

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let time = ContinuousClock.now - start
        let level: Logger.Level = response.status.kind == .serverError ? .warning : time > Self.slow ? .info : .debug
        context.logger.log(
            level: level,
            "request",
            metadata: [
                "method": "\(request.method)", "route": "\(context.endpointPath ?? "none")",
                "status": "\(response.status.code)",
                "ms": "\(time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000)",
            ]
        )
        return response
    }
}
