import Chat
import Hummingbird
import SnugSettings

/// Accounts and user search.
struct UserRoutes: Sendable {
    let store: Store
    let keys: InFlightKeys
    let passwords: PasswordChecks
    let limits: RateLimits
    let encoding: JSONEncoding
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
        let invitation_code: String?
    }

    @Sendable private func register(_ request: Request, _ context: AppContext) async throws -> Response {
        guard registration != .closed else {
            throw Problem(.forbidden, "forbidden", "Registration is closed: the operator creates accounts.")
        }
        let body: Registration = try await request.json()
        let username = User.name(typed: body.username)
        try User.check(username: username)
        try User.checkIsNotReserved(username: username)
        try PasswordHasher.check(password: body.password)
        let name = try User.check(displayName: body.display_name, username: username)
        let idempotentRequest = try request.idempotentRequest(for: username, name, context: context)
        let attempt = PasswordChecks.Attempt(
            username: username,
            network: limits.network(of: request, peer: context.peer)
        )
        let code = registration == .invited ? InvitationCode(typed: body.invitation_code ?? "") : nil
        return try await keys.hold(idempotentRequest?.key) {
            let isTaken = try await store.people.isTaken(username)
            if isTaken, let idempotentRequest, try await store.people.hasBeenUsed(idempotentRequest.key) {
                return try await registerAgain(attempt, body.password, idempotentRequest)
            }
            if let code { try await check(code, from: attempt.network) }
            // A taken name is rejected before the password is hashed, and in a race by the insert.
            guard !isTaken else { throw Refusal.nameTaken }
            if code == nil { try limits.signups.spend(attempt.network) }
            return try await register(attempt, body.password, as: name, invitedBy: code, idempotentRequest)
        }
    }

    /// Each attempt counts as an account, so that codes cannot be guessed, and nobody without a code learns which names
    /// are taken.
    private func check(_ code: InvitationCode, from network: ClientNetwork) async throws {
        try limits.signups.spend(network)
        guard try await store.people.accepts(code) else { throw Refusal.invitationRequired }
    }

    private func register(
        _ attempt: PasswordChecks.Attempt,
        _ password: String,
        as name: String,
        invitedBy code: InvitationCode?,
        _ idempotentRequest: IdempotentRequest?
    ) async throws -> Response {
        let (user, session, token) = try await store.people.register(
            username: attempt.username,
            displayName: name,
            passwordHash: passwords.hasher.hash(password, for: attempt.claimant),
            from: attempt.network.known,
            invitedBy: code,
            request: idempotentRequest
        )
        return encoding.response(.created, SignedIn(user: user, token: token, session: session))
    }

    /// Responds to a repeat of the request that created the account. The password is checked, so it counts as a
    /// sign-in.
    private func registerAgain(
        _ attempt: PasswordChecks.Attempt,
        _ password: String,
        _ idempotentRequest: IdempotentRequest
    ) async throws -> Response {
        try await passwords.count(attempt)
        let response = try await passwords.verified(password, attempt) {
            try await store.people.credentials(username: attempt.username)
        } then: { verified -> Response in
            guard let (session, token) = try await store.people.renewSession(of: verified, madeBy: idempotentRequest)
            else {
                throw Refusal.nameTaken
            }
            let user = try await store.people.user(verified.userID)
            return encoding.response(.created, SignedIn(user: user, token: token, session: session)).replayed()
        }
        guard let response else { throw Refusal.nameTaken }
        return response
    }

    @Sendable private func find(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let page = try await store.people.find(
            matching: request.text("q") ?? "",
            after: request.searchCursor(),
            for: context.userID
        )
        return encoding.response { json in
            json.key("users")
            json.array(page.items) { $1.write(to: &$0) }
            json.writeNextPage(page.next)
        }
    }

    @Sendable private func showSelf(_ request: Request, _ context: SignedInContext) async throws -> Response {
        encoding.response(.ok, OwnUser(try await store.people.user(context.userID)))
    }

    @Sendable private func show(_ request: Request, _ context: SignedInContext) async throws -> Response {
        encoding.response(.ok, try await store.people.user(context.id(), for: context.userID))
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
        let user: User
        if let password = body.password {
            user = try await setPassword(password, body.currentPassword, changes, request, context)
        } else {
            user = try await store.people.update(changes, by: context.caller)
        }
        return encoding.response(.ok, OwnUser(user))
    }

    private func setPassword(
        _ password: String,
        _ current: String?,
        _ changes: UserChanges,
        _ request: Request,
        _ context: SignedInContext
    ) async throws -> User {
        try PasswordHasher.check(password: password)
        guard let current else { throw Problem.invalid("current_password", "It is required to change the password.") }
        guard let own = try await store.people.credentials(of: context.userID) else { throw Refusal.notFound() }
        let attempt = PasswordChecks.Attempt(
            username: own.username,
            network: limits.network(of: request, peer: context.channel.remoteAddress)
        )
        try await passwords.count(attempt)
        let updated = try await passwords.verified(current, attempt) {
            try await store.people.credentials(of: context.userID)
        } then: { verified in
            var changes = changes
            changes.password = UserChanges.Password(
                verified: verified,
                hash: try await passwords.hasher.hash(password, for: attempt.claimant),
                session: context.session.id
            )
            return try await store.people.update(changes, by: context.caller)
        }
        guard let updated else {
            throw Problem(.forbidden, "forbidden", "The current password is wrong.", field: "current_password")
        }
        return updated
    }
}
