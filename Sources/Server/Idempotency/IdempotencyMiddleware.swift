import Chat
import Foundation
import HTTPTypes
import Hummingbird

/// Reads the `Idempotency-Key` of a `POST`, and rejects a second request with the same key while the first is in
/// progress.
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
        let key = IdempotencyKey(of: context.userID, route: route, text: text)
        var (request, context) = (request, context)
        context.idempotencyKey = key
        // An upload is identified by the hash of its file, since the boundary of a form differs each time. A slow
        // upload must not hold a key until then; of two complete ones, the database accepts the first.
        guard route != streamedRoute else { return try await next(request, context) }
        context.idempotentRequest = try await request.idempotentRequest(key)
        return try await keys.hold(key) { try await next(request, context) }
    }
}

extension HTTPField.Name {
    static let idempotencyKey = Self(IdempotencyKey.field)!
    static let idempotencyReplayed = Self("Idempotency-Replayed")!
}

extension Request {
    /// The value of `Idempotency-Key`; nil without one.
    ///
    /// - Throws: `invalid` unless it is one header field of 1 to 64 visible ASCII characters.
    fileprivate func idempotencyKey() throws -> String? {
        let keys = headers[values: .idempotencyKey]
        guard let key = keys.first else { return nil }
        guard keys.count == 1, IdempotencyKey.isWellFormed(key) else {
            throw Problem.invalid(
                IdempotencyKey.field,
                "It must be one header field of 1 to \(IdempotencyKey.length.upperBound) visible ASCII characters.",
                limit: IdempotencyKey.length.upperBound
            )
        }
        return key
    }

    /// The key and the fingerprint of the request. Reads the body, which remains available to the route.
    ///
    /// - Throws: `too_large` above 64 KiB.
    fileprivate mutating func idempotentRequest(_ key: IdempotencyKey) async throws -> IdempotentRequest {
        let bytes = try await bodyBytes()
        body = RequestBody(buffer: bytes)
        return IdempotentRequest(key, parts: [Data(uri.path.utf8), Data(buffer: bytes)])
    }

    /// The key and the fingerprint of a request without a session, which belong to a user name; nil without a key.
    ///
    /// - Parameter parts: The content of the request, without its password, which is checked each time.
    /// - Throws: As ``idempotencyKey()`` does.
    func idempotentRequest(for username: String, _ parts: String..., context: AppContext) throws -> IdempotentRequest? {
        guard let text = try idempotencyKey() else { return nil }
        let key = IdempotencyKey(ofNamed: username, route: context.endpointPath ?? uri.path, text: text)
        return IdempotentRequest(key, parts: ([username] + parts).map { Data($0.utf8) })
    }
}

extension Response {
    /// The response with `Idempotency-Replayed` if it is the result of an earlier request.
    func replayed(_ isReplay: Bool = true) -> Response {
        guard isReplay else { return self }
        var response = self
        response.headers[.idempotencyReplayed] = "true"
        return response
    }
}

extension JSONEncoding {
    func response(_ status: HTTPResponse.Status, _ outcome: Replayable<some JSONWritable>) -> Response {
        response(status, outcome.value).replayed(outcome.isReplay)
    }
}
