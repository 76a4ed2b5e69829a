import Chat
import Hummingbird

/// Signing in and out.
struct SessionRoutes: Sendable {
    let store: Store
    let keys: KeysInUse
    let passwords: PasswordHasher
    let limits: RateLimits
    let hub: LiveHub
    let wire: Wire

    func mount(open: RouterGroup<AppContext>, signedIn: RouterGroup<SignedInContext>) {
        open.post("sessions", use: signIn)
        signedIn.get("sessions", use: list)
        signedIn.delete("sessions/{id}", use: signOut)
    }

    private struct Credentials: Decodable {
        let username: String
        let password: String
    }

    @Sendable private func signIn(_ request: Request, _ context: AppContext) async throws -> Response {
        let body: Credentials = try await request.json()
        // Before anything is looked up: the refusal is the same for every name, and costs no hash.
        let network = limits.address.network(of: context.peer, forwardedFor: request.headers[values: .xForwardedFor])
        try limits.signins.spend(.network(network), .init(typed: body.username))
        // More than a password may have cannot be one; hashing it would only cost time.
        guard body.password.utf8.count <= PasswordHasher.passwordBytes.upperBound else { throw Self.refused }
        let once = try request.once(for: body.username, context: context)
        return try await keys.hold(once?.key) { try await signIn(body, once) }
    }

    private func signIn(_ body: Credentials, _ once: OnceRequest?) async throws -> Response {
        let found = try await store.credentials(username: body.username)
        guard try await passwords.verify(body.password, against: found?.passwordHash), let found else {
            throw Self.refused
        }
        let user = try await store.user(found.id)
        if let once, let (session, token) = try await store.renewSession(of: user.id, madeBy: once) {
            return wire.response(.created, SignedIn(user: user, token: token, session: session)).replayed()
        }
        let (session, token, ended) = try await store.createSession(for: user.id, once: once)
        if !ended.isEmpty { hub.endSessions { ended.contains($0) } }
        return wire.response(.created, SignedIn(user: user, token: token, session: session))
    }

    private static let refused = Problem(.unauthorized, "unauthenticated", "The name or the password is wrong.")

    @Sendable private func list(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let sessions = try await store.sessions(of: context.userID)
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
        try await store.deleteSession(id, of: context.userID)
        hub.endSessions { $0 == id }
        return Response(status: .noContent)
    }
}
