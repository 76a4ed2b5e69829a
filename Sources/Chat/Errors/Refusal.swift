/// Why a request was refused. Each case is something its sender can understand and act on.
package enum Refusal: Error, Equatable {
    /// There is no such thing, or the caller may not know that there is.
    case notFound(field: String? = nil)
    /// The caller may see the thing but not do this to it.
    case forbidden(String)
    /// It contradicts what is already there.
    case conflict(String, field: String? = nil)
    /// It was there and has been deleted.
    case gone(String)
    /// A member of the request has a value that is not allowed.
    case invalid(field: String, String, limit: Int? = nil)
    /// The same idempotency key came with another request.
    case keyReused(field: String)
    /// The room has as many members as it may have.
    case roomFull(limit: Int)
    /// No session belongs to the token, or name and password do not fit.
    case unauthenticated(String)
    /// The person has done it too often.
    case rateLimited(retryAfterSeconds: Int)
    /// More is waiting than may wait; trying again later helps.
    case overloaded(retryAfterSeconds: Int)
    /// So many pictures wait for their variants, the sender's own or everybody's, that no more are taken.
    case queueFull(limit: Int, isOwn: Bool, retryAfterSeconds: Int)
    /// The sender has uploaded so much within a day that this is more than `limit` bytes.
    case uploadedTooMuch(limit: Int, retryAfterSeconds: Int)
    /// The sender's uploads would come to more than `limit` bytes.
    case storesTooMuch(limit: Int)
    /// The disk has no room for it.
    case storageFull
    /// The disk does not do what it is asked; `reason` is for the log.
    case storageTrouble(reason: String)
}
