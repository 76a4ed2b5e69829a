import Chat
import Hummingbird

/// Signing in and out.
struct SessionRoutes: Sendable {
    let store: Store
    let keys: KeysInUse
    let passwords: PasswordChecks
    let limits: RateLimits
    let wire: Wire

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
        let guess = PasswordChecks.Guess(
            username: username,
            network: limits.network(of: request, peer: context.peer)
        )
        // The refusal is the same for every name, and costs no hash.
        try await passwords.count(guess)
        let once = try request.once(for: username, context: context)
        return try await keys.hold(once?.key) { try await signIn(guess, body.password, once) }
    }

    private func signIn(
        _ guess: PasswordChecks.Guess,
        _ password: String,
        _ once: OnceRequest?
    ) async throws -> Response {
        let response = try await passwords.verified(password, guess) {
            try await store.people.credentials(username: guess.username)
        } then: { verified in
            try await signIn(verified, from: guess.network.known, once)
        }
        guard let response else { throw Self.refused }
        return response
    }

    private func signIn(
        _ verified: VerifiedCredentials,
        from network: Network?,
        _ once: OnceRequest?
    ) async throws -> Response {
        let user = try await store.people.user(verified.userID)
        if let once, let (session, token) = try await store.people.renewSession(of: verified, madeBy: once) {
            return wire.response(.created, SignedIn(user: user, token: token, session: session)).replayed()
        }
        let (session, token) = try await store.people.createSession(for: verified, from: network, once: once)
        return wire.response(.created, SignedIn(user: user, token: token, session: session))
    }

    private static let refused = Problem(.unauthorized, "unauthenticated", "The user name or password is wrong.")

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let sessions = try await store.people.sessions(of: context.userID)
        return wire.response { json in
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
