import NIOHTTP1

/// Something that requests can be sent with: a ``Site``, which opens a connection for each, or an ``HTTPConnection``.
package protocol RequestSending: Sendable {
    var site: Site { get }

    func send(_ request: Site.Request) async throws -> Answer
}

extension RequestSending {
    /// - Parameter headers: `Host` and what describes the body are added.
    package func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: Site.Body = .none
    ) async throws -> Answer {
        try await send(Site.Request(method: method, path: path, headers: headers, body: body))
    }

    /// Creates an account.
    ///
    /// - Throws: ``UnexpectedAnswer``.
    package func register(
        _ name: String,
        displayName: String? = nil,
        password: String = Person.password
    ) async throws -> Person {
        var account: [String: JSON] = ["username": .string(name), "password": .string(password)]
        account["display_name"] = displayName.map(JSON.string)
        let answer = try await send(.POST, "/api/v1/users", body: .json(.object(account))).expect(201)
        return Person(site: self, signedIn: answer.json)
    }

    /// Signs in once more, as on a second device.
    package func signIn(_ name: String, password: String = Person.password) async throws -> Answer {
        let credentials: JSON = ["username": .string(name), "password": .string(password)]
        return try await send(.POST, "/api/v1/sessions", body: .json(credentials))
    }
}
