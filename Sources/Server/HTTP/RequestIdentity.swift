import HTTPTypes
import Hummingbird
import Logging

/// Gives each request an id, which its response carries as `X-Request-Id` and its log lines as `hb.request.id`.
///
/// The library makes a new id for each request. One that a trusted proxy has assigned replaces it, so that the logs of
/// both can be joined.
struct RequestIdentity: RouterMiddleware {
    let address: ClientAddress

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard let assigned = assigned(request, context) else {
            return try await next(request, context).with(requestID: context.id)
        }
        var context = context
        context.logger[metadataKey: Logger.requestID] = "\(assigned)"
        return try await withLogger(context.logger) { [context] _ in
            try await next(request, context).with(requestID: assigned)
        }
    }

    private func assigned(_ request: Request, _ context: AppContext) -> String? {
        let values = request.headers[values: .xRequestID]
        guard values.count == 1, Self.isWellFormed(values[0]), address.isTrusted(context.peer) else { return nil }
        return values[0]
    }

    /// Whether it has 1–64 visible ASCII characters.
    static func isWellFormed(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count) && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

extension Response {
    fileprivate func with(requestID id: String) -> Response {
        var response = self
        response.headers[.xRequestID] = id
        return response
    }
}

extension HTTPField.Name {
    static let xRequestID = Self("X-Request-Id")!
}

extension Logger {
    /// The key under which the library, too, logs the id of a request.
    static let requestID = "hb.request.id"

    /// With the id of the request that the current task works for, if any.
    var ofRequest: Logger {
        var logger = self
        if let id = Logger.current[metadataKey: Self.requestID] { logger[metadataKey: Self.requestID] = id }
        return logger
    }
}
