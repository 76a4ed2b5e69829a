import Chat
import Foundation
import Hummingbird

/// Reads the `Idempotency-Key` of a `POST`, and refuses a second request with it while the first is being carried out.
///
/// What the key means for a route is the store's business: it gets key and fingerprint with the change.
struct OnceOnly: RouterMiddleware {
    let keys: KeysInUse
    /// The route whose body is read as a stream, and whose key therefore takes effect only with the complete file.
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
        context.onceKey = key
        // A file is told by its own hash once it is there, because a form's boundary is another one each time. Until
        // then a slow upload must hold nothing, and two that are complete meet at the key's row.
        guard route != streamedRoute else { return try await next(request, context) }
        context.once = try await request.once(key)
        return try await keys.hold(key) { try await next(request, context) }
    }
}

extension Request {
    /// Reads the body ahead of its route, to tell this request from another one with the same key.
    ///
    /// - Throws: `tooLarge` above 64 KiB.
    fileprivate mutating func once(_ key: OnceKey) async throws -> OnceRequest {
        let bytes = try await bodyBytes()
        body = RequestBody(buffer: bytes)
        return OnceRequest(key, parts: [Data(uri.path.utf8), Data(buffer: bytes)])
    }
}
