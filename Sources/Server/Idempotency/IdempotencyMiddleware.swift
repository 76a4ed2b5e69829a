import Chat
import Foundation
import Hummingbird

/// Reads the `Idempotency-Key` of a `POST`, and rejects a second request with the same key while the first is in progress.
///
/// The store replays results: it receives the key and the fingerprint with the operation.
struct IdempotencyMiddleware: RouterMiddleware {
    let keys: InFlightKeys
    /// The route whose body is streamed, and whose key therefore takes effect when the file is complete.
    let streamedRoute: String

    func handle(
        _ request: Request,
        context: SignedInContext,
        next: (Request, SignedInContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .post, let text = try request.idempotencyKey() else {
            return try await next(request, context)
        }
        let route = context.endpointPath ?? request.uri.path
        let key = OnceKey(of: context.userID, route: route, text: text)
        var (request, context) = (request, context)
        context.idempotencyKey = key
        // An upload is identified by the hash of its file, since the boundary of a form differs each time. A slow upload
        // must not hold a key until then; of two complete ones, the database accepts the first.
        guard route != streamedRoute else { return try await next(request, context) }
        context.idempotentRequest = try await request.idempotentRequest(key)
        return try await keys.hold(key) { try await next(request, context) }
    }
}

extension Request {
    /// The key and the fingerprint of the request. Reads the body, which remains available to the route.
    ///
    /// - Throws: `too_large` above 64 KiB.
    fileprivate mutating func idempotentRequest(_ key: OnceKey) async throws -> OnceRequest {
        let bytes = try await bodyBytes()
        body = RequestBody(buffer: bytes)
        return OnceRequest(key, parts: [Data(uri.path.utf8), Data(buffer: bytes)])
    }
}
