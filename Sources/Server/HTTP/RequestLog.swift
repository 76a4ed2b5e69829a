import HTTPTypes
import Hummingbird
import Logging

/// Measures and logs each request, with the pattern of its route instead of its path, because the path of a picture
/// permits access.
///
/// The level is `debug`, `info` for slow requests, and `warning` for server errors.
struct RequestLog<Context: RequestContext>: RouterMiddleware {
    let metrics: RequestMetrics

    /// A request that takes longer is logged as slow.
    static var slow: Duration { .seconds(2) }

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let time = ContinuousClock.now - start
        metrics.observe(context.endpointPath, request.method, response.status, time)
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
