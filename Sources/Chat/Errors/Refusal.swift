/// The reason why a request was refused. Each case is something that the client can understand and act on.
package enum Refusal: Error, Equatable {
    /// The resource does not exist, or the caller may not know that it exists.
    case notFound(field: String? = nil)
    /// The caller may see the resource, but not do this to it.
    case forbidden(String)
    /// The request conflicts with the current state.
    case conflict(String, field: String? = nil)
    /// The resource existed and has been deleted.
    case gone(String)
    /// A field of the request has a value that is not allowed.
    case invalid(field: String, String, limit: Int? = nil)
    /// The idempotency key has been used for a different request.
    case keyReused(field: String)
    /// The room has reached its limit of members.
    case roomFull(limit: Int)
    /// The token belongs to no session, or the name and password do not match.
    case unauthenticated(String)
    /// The password is right, and the operator has disabled the account.
    case accountDisabled
    /// An account needs an invitation code, and the given one is unknown, expired, used up or missing.
    case invitationRequired
    /// The person has exceeded a rate limit.
    case rateLimited(retryAfterSeconds: Int)
    /// A queue is full; the request may succeed later.
    case overloaded(retryAfterSeconds: Int)
    /// The limit of pictures that wait for their variants is reached: the sender's own (`isOwn`) or that of everybody
    /// together.
    case queueFull(limit: Int, isOwn: Bool, retryAfterSeconds: Int)
    /// The upload would exceed the sender's limit of `limit` bytes in 24 hours.
    case uploadedTooMuch(limit: Int, retryAfterSeconds: Int)
    /// The upload would exceed the sender's limit of `limit` stored bytes.
    case storesTooMuch(limit: Int)
    /// The operation took too long and was interrupted; `reason` names it for the log.
    case tookTooLong(reason: String)
    /// The disk is full.
    case storageFull
    /// Little space is left on the disk, and what is left is kept for deletions or for text.
    case diskNearlyFull
    /// The disk failed; `reason` is for the log.
    case storageTrouble(reason: String)
}
