/// The person and the session that request an operation.
package struct Caller: Sendable {
    package let user: User.ID
    package let session: Session.ID
    /// The request, if it has an idempotency key.
    package let idempotentRequest: IdempotentRequest?

    package init(user: User.ID, session: Session.ID, idempotentRequest: IdempotentRequest? = nil) {
        self.user = user
        self.session = session
        self.idempotentRequest = idempotentRequest
    }

    package init(_ session: Session, idempotentRequest: IdempotentRequest? = nil) {
        self.init(user: session.userID, session: session.id, idempotentRequest: idempotentRequest)
    }
}

extension Store {
    /// Begins an operation that has a rate limit.
    ///
    /// - Returns: How many more the caller may begin at once; nil without a limit.
    /// - Throws: `rateLimited`.
    @discardableResult
    func begin(_ rate: KeyPath<PersonRates, RateLimiter<User.ID>>, by caller: Caller) throws(Refusal) -> Int? {
        switch rates[keyPath: rate].take([caller.user]) {
        case .allowed(let remaining):
            noteActivity(of: caller)
            return remaining
        case .refused(let seconds):
            throw .rateLimited(retryAfterSeconds: seconds)
        }
    }

    /// Marks the caller as active.
    func noteActivity(of caller: Caller) {
        follower.noteActivity(of: caller.user)
    }
}
