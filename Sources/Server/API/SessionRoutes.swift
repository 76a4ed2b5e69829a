import Chat
import Hummingbird

/// Signing in and out.
struct SessionRoutes: Sendable {
    let store: Store
    let keys: InFlightKeys
    let passwords: PasswordChecks
    let limits: RateLimits
    let encoding: JSONEncoding

    func mount(open: RouterGroup<AppContext>, signedIn: RouterGroup<SignedInContext>) {
        open.post("sessions", use: signIn)
        signedIn.get("sessions", use: list)
        signedIn.delete("sessions/{id}", use: signOut)
    }

    private struct SignIn: Decodable {
        let username: String
        let password: String
    }

    @Sendable private func signIn(_ request: Request, _ context: AppContext) async throws -> Response {
        let body: SignIn = try await request.json()
        let username = User.name(typed: body.username)
        let attempt = PasswordChecks.Attempt(
            username: username,
            network: limits.network(of: request, peer: context.peer)
        )
        // Before the password is hashed, and with the same response for every name.
        try await passwords.count(attempt)
        let idempotentRequest = try request.idempotentRequest(for: username, context: context)
        return try await keys.hold(idempotentRequest?.key) {
            try await signIn(attempt, body.password, idempotentRequest)
        }
    }

    private func signIn(
        _ attempt: PasswordChecks.Attempt,
        _ password: String,
        _ idempotentRequest: IdempotentRequest?
    ) async throws -> Response {
        let response = try await passwords.verified(password, attempt) {
            try await store.people.credentials(username: attempt.username)
        } then: { verified in
            try await signIn(verified, from: attempt.network.known, idempotentRequest)
        }
        guard let response else { throw Self.refused }
        return response
    }

    private func signIn(
        _ verified: VerifiedCredentials,
        from network: Network?,
        _ idempotentRequest: IdempotentRequest?
    ) async throws -> Response {
        let user = try await store.people.user(verified.userID)
        if let idempotentRequest,
            let (session, token) = try await store.people.renewSession(of: verified, madeBy: idempotentRequest)
        {
            return encoding.response(.created, SignedIn(user: user, token: token, session: session)).replayed()
        }
        let (session, token) = try await store.people.createSession(
            for: verified,
            from: network,
            request: idempotentRequest
        )
        return encoding.response(.created, SignedIn(user: user, token: token, session: session))
    }

    private static let refused = Problem(.unauthorized, "unauthenticated", "The user name or password is wrong.")

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let sessions = try await store.people.sessions(of: context.userID)
        return encoding.response { json in
            json.key("sessions")
            json.array(sessions) { json, session in
                OwnSession(session: session, isCurrent: session.id == context.session.id).write(to: &json)
            }
        }
    }

    @Sendable private func signOut(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let isCurrent = context.parameters.get("id") == "current"
        let id = isCurrent ? context.session.id : try context.id()
        try await store.people.deleteSession(id, by: context.caller)
        return Response(status: .noContent)
    }
}
