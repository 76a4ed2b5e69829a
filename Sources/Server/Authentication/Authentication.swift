import Chat
import HTTPTypes
import Hummingbird
import NIOHTTP1

/// What a client presents to show which session it acts for, in a request or in the hello of a live connection. A new
/// kind of credential is a case here, the place it is read from, and how `Authenticator` finds its session.
enum ClientCredential: Sendable {
    case sessionToken(SessionToken)
}

extension ClientCredential {
    /// The credential of a request; nil when its headers contain none that the server knows.
    init?(_ headers: HTTPFields) {
        self.init { headers[$0] }
    }

    /// The credential of a request that upgrades its connection.
    init?(_ headers: HTTPHeaders) {
        self.init { headers.first(name: $0.canonicalName) }
    }

    private init?(header: (HTTPField.Name) -> String?) {
        guard let token = header(.authorization).flatMap(Self.bearerToken) else { return nil }
        self = .sessionToken(token)
    }

    /// The token of an `Authorization` header (RFC 6750 section 2.1); nil for any other scheme.
    private static func bearerToken(_ header: String) -> SessionToken? {
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return SessionToken(text: String(words[1]))
    }
}

extension ClientCredential {
    private enum HelloKeys: String, CodingKey {
        case token
    }

    /// The credential in the members of a hello; nil when it has none.
    init?(hello decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: HelloKeys.self)
        guard let token = try members.decodeIfPresent(String.self, forKey: .token) else { return nil }
        self = .sessionToken(SessionToken(text: token))
    }
}

/// Finds the session of a client, whatever it presents and wherever.
struct Authenticator: Sendable {
    let store: Store

    /// - Parameter network: The network that the client connects from; asked for only when it is to be remembered.
    /// - Throws: `unauthenticated` for a credential that is unknown or has expired.
    func session(
        for credential: ClientCredential,
        from network: () -> Network? = { nil }
    ) async throws -> Session {
        switch credential {
        case .sessionToken(let token): try await store.people.session(of: token, from: network)
        }
    }
}

/// Finds the session of a request that presents a credential. A request without one passes, and is refused where a
/// session is needed.
struct AuthenticationMiddleware: RouterMiddleware {
    let authenticator: Authenticator
    let address: ClientAddress

    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard let credential = ClientCredential(request.headers) else { return try await next(request, context) }
        let session = try await authenticator.session(for: credential) {
            address.network(of: context.peer, forwardedFor: request.headers[values: .xForwardedFor]).known
        }
        var context = context
        context.session = session
        return try await next(request, context)
    }
}
