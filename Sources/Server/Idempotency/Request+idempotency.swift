import Chat
import Foundation
import HTTPTypes
import Hummingbird

extension HTTPField.Name {
    static let idempotencyKey = Self(OnceKey.field)!
    static let idempotencyReplayed = Self("Idempotency-Replayed")!
}

extension Request {
    /// The value of `Idempotency-Key`; nil without one.
    ///
    /// - Throws: `invalid` unless it is one header field of 1 to 64 visible ASCII characters.
    func idempotencyKey() throws -> String? {
        let keys = headers[values: .idempotencyKey]
        guard let key = keys.first else { return nil }
        guard keys.count == 1, OnceKey.isWellFormed(key) else {
            throw Problem.invalid(
                OnceKey.field,
                "It must be one header field of 1 to \(OnceKey.length.upperBound) visible ASCII characters.",
                limit: OnceKey.length.upperBound
            )
        }
        return key
    }

    /// The key and fingerprint of a request without a session, which belong to a user name; nil without a key.
    ///
    /// - Parameter parts: The content of the request, without its password, which is checked each time.
    /// - Throws: As ``idempotencyKey()`` does.
    func idempotentRequest(for username: String, _ parts: String..., context: AppContext) throws -> OnceRequest? {
        guard let text = try idempotencyKey() else { return nil }
        let key = OnceKey(ofNamed: username, route: context.endpointPath ?? uri.path, text: text)
        return OnceRequest(key, parts: ([username] + parts).map { Data($0.utf8) })
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
    func response(_ status: HTTPResponse.Status, _ outcome: Outcome<some JSONWritable>) -> Response {
        response(status, outcome.value).replayed(outcome.isRepeat)
    }
}
