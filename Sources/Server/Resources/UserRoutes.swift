import Chat
import Hummingbird
import SnugSettings

/// Accounts.
struct UserRoutes: Sendable {
    let store: Store
    let keys: KeysInUse
    let passwords: PasswordHasher
    let hub: LiveHub
    let revocation: Revocation
    let wire: Wire
    let registration: Settings.Registration

    func mount(open: RouterGroup<AppContext>, signedIn: RouterGroup<SignedInContext>) {
        open.post("users", use: register)
        signedIn.get("users", use: find)
        signedIn.get("users/me", use: showSelf)
        signedIn.patch("users/me", use: changeSelf)
        signedIn.get("users/{id}", use: show)
    }

    private struct Registration: Decodable {
        let username: String
        let password: String
        let display_name: String?
    }

    @Sendable private func register(_ request: Request, _ context: AppContext) async throws -> Response {
        guard registration == .open else {
            throw Problem(.forbidden, "forbidden", "This server's accounts are made by its operator.")
        }
        let body: Registration = try await request.json()
        try User.check(username: body.username)
        try PasswordHasher.check(password: body.password)
        let name = try User.check(displayName: body.display_name, username: body.username)
        let once = try request.once(for: body.username, name, context: context)
        return try await keys.hold(once?.key) { try await register(body, as: name, once) }
    }

    private func register(_ body: Registration, as name: String, _ once: OnceRequest?) async throws -> Response {
        // A name that is taken is refused before the cost of a hash is paid, and again by the insert.
        if let (owner, hash) = try await store.credentials(username: body.username) {
            guard let once, try await store.knows(once.key), try await passwords.verify(body.password, against: hash),
                let (session, token) = try await store.renewSession(of: owner, madeBy: once)
            else { throw Refusal.conflict("This name is taken.", field: "username") }
            let user = try await store.user(owner)
            return wire.response(.created, SignedIn(user: user, token: token, session: session)).replayed()
        }
        let (user, session, token) = try await store.register(
            username: body.username,
            displayName: name,
            passwordHash: passwords.hash(body.password),
            once: once
        )
        return wire.response(.created, SignedIn(user: user, token: token, session: session))
    }

    @Sendable private func find(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let users = try await store.users(prefix: request.text("q") ?? "", for: context.userID)
        return wire.response { json in
            json.key("users")
            json.array(users) { $1.write(to: &$0) }
        }
    }

    @Sendable private func showSelf(_ request: Request, _ context: SignedInContext) async throws -> Response {
        wire.response(.ok, try await store.user(context.userID))
    }

    @Sendable private func show(_ request: Request, _ context: SignedInContext) async throws -> Response {
        wire.response(.ok, try await store.user(context.id(), for: context.userID))
    }

    private struct Changes: Decodable {
        let displayName: String?
        let avatar: Patch<Attachment.ID>
        let password: String?
        let currentPassword: String?

        private enum Keys: String, CodingKey {
            case display_name, avatar_attachment_id, password, current_password
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Keys.self)
            displayName = try members.decodeIfPresent(String.self, forKey: .display_name)
            avatar = try members.patch(Attachment.ID.self, forKey: .avatar_attachment_id)
            password = try members.decodeIfPresent(String.self, forKey: .password)
            currentPassword = try members.decodeIfPresent(String.self, forKey: .current_password)
        }
    }

    @Sendable private func changeSelf(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let body: Changes = try await request.json()
        var changes = UserChanges()
        changes.displayName = try body.displayName.map { try User.check(displayName: $0, username: "") }
        switch body.avatar {
        case .unchanged: break
        case .null: changes.avatar = UserChanges.Avatar.none
        case .value(let id): changes.avatar = .attachment(id)
        }
        if let password = body.password {
            changes.passwordHash = try await newHash(password, current: body.currentPassword, of: context.userID)
        }
        let (user, released) = try await store.updateUser(context.userID, changes)
        await revocation.revoke(released)
        if changes.passwordHash != nil {
            // Whoever had the old password is out.
            let ended = Set(try await store.deleteSessions(of: context.userID, except: context.session.id))
            hub.endSessions { ended.contains($0) }
        }
        return wire.response(.ok, user)
    }

    private func newHash(_ password: String, current: String?, of user: User.ID) async throws -> String {
        try PasswordHasher.check(password: password)
        guard let current else { throw Problem.invalid("current_password", "It is needed to change the password.") }
        let hash = try await store.passwordHash(of: user)
        guard try await passwords.verify(current, against: hash) else {
            throw Problem(.forbidden, "forbidden", "The current password is wrong.", field: "current_password")
        }
        return try await passwords.hash(password)
    }
}
