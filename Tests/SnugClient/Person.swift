import NIOHTTP1

/// Somebody with an account and a session.
package struct Person: Sendable {
    private let sender: any RequestSending
    package let id: String
    package let name: String
    package let token: String

    package static let password = "correct horse battery"

    /// - Parameter site: What the person's requests are sent with.
    package init(site: any RequestSending, id: String, name: String, token: String) {
        sender = site
        self.id = id
        self.name = name
        self.token = token
    }

    /// - Parameter signedIn: The answer to a registration or to a sign-in.
    package init(site: any RequestSending, signedIn: JSON) {
        self.init(
            site: site,
            id: signedIn.user.id.text,
            name: signedIn.user.username.text,
            token: signedIn.token.text
        )
    }

    /// The same person elsewhere: through a proxy, after a restart, or over a connection that is kept alive.
    package func at(_ site: any RequestSending) -> Person {
        Person(site: site, id: id, name: name, token: token)
    }

    package var site: Site { sender.site }
}

/// Requests by their path below `/api/v1/`.
extension Person {
    package func get(_ path: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(.GET, path, headers: headers)
    }

    package func post(_ path: String, _ body: JSON = [:]) async throws -> Answer {
        try await send(.POST, path, body: .json(body))
    }

    package func patch(_ path: String, _ body: JSON) async throws -> Answer {
        try await send(.PATCH, path, body: .json(body))
    }

    package func delete(_ path: String) async throws -> Answer {
        try await send(.DELETE, path)
    }

    package func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: Site.Body = .none
    ) async throws -> Answer {
        var headers = headers
        headers.add(name: "authorization", value: "Bearer \(token)")
        return try await sender.send(method, "/api/v1/" + path, headers: headers, body: body)
    }
}
