import Chat
import Hummingbird
import NIOCore

/// The context of a request, before its sender is known.
struct AppContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Set by `AuthenticationMiddleware`.
    var session: Session?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The other end of the connection, which may be a proxy.
    var peer: SocketAddress? { channel.remoteAddress }

    /// Limit for a JSON body, in bytes.
    static let maxBodyBytes = 64 * 1024

    var maxUploadSize: Int { Self.maxBodyBytes }
}

/// The context of a request with a valid token. A route with this context cannot forget to check that.
struct SignedInContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    let session: Session
    /// The `Idempotency-Key` of a POST. Set by `IdempotencyMiddleware`.
    var idempotencyKey: IdempotencyKey?
    /// The key with a fingerprint of the request. Set by `IdempotencyMiddleware`, except for uploads, whose body is not
    /// yet read.
    var idempotentRequest: IdempotentRequest?

    var userID: User.ID { session.userID }
    /// The caller of an operation of the store.
    var caller: Caller { Caller(session, idempotentRequest: idempotentRequest) }

    init(context: AppContext) throws {
        guard let session = context.session else { throw Problem.unauthenticated }
        coreContext = context.coreContext
        channel = context.channel
        self.session = session
    }

    var maxUploadSize: Int { AppContext.maxBodyBytes }
}
