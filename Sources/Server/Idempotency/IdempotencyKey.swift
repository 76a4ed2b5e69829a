import Chat
import Foundation
import HTTPTypes
import Hummingbird

extension HTTPField.Name {
    static let idempotencyKey = Self(OnceKey.field)!
    static let idempotencyReplayed = Self("Idempotency-Replayed")!
}

extension Request {
    /// The key under which the client wants the request carried out once; nil without one.
    ///
    /// - Throws: `invalid` unless it is one header of 1 to 64 visible ASCII characters.
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

    /// The same for who has no session yet but gives a name.
    ///
    /// - Parameter parts: What makes the request what it is, but for its password: that is checked each time.
    func once(for username: String, _ parts: String..., context: AppContext) throws -> OnceRequest? {
        guard let text = try idempotencyKey() else { return nil }
        let key = OnceKey(ofNamed: username, route: context.endpointPath ?? uri.path, text: text)
        return OnceRequest(key, parts: ([username] + parts).map { Data($0.utf8) })
    }
}

extension Response {
    /// The same answer, marked when it tells of something that an earlier request has done.
    func replayed(_ isRepeat: Bool = true) -> Response {
        guard isRepeat else { return self }
        var response = self
        response.headers[.idempotencyReplayed] = "true"
        return response
    }
}

extension Wire {
    func response(_ status: HTTPResponse.Status, _ outcome: Outcome<some JSONWritable>) -> Response {
        response(status, outcome.value).replayed(outcome.isRepeat)
    }
}
