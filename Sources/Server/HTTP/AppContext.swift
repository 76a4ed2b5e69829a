import Chat
import Hummingbird
import NIOCore

/// What is known of a request before anybody asks who sends it.
struct AppContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Set by `AuthenticationMiddleware`.
    var session: Session?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Who is at the other end of the connection, which may be a proxy.
    var peer: SocketAddress? { channel.remoteAddress }

    /// Bytes of a JSON body.
    static let maxBodyBytes = 64 * 1024

    var maxUploadSize: Int { Self.maxBodyBytes }
}

/// A request of somebody who is signed in. A route that takes this one cannot forget to ask.
struct SignedInContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    let session: Session
    /// The key that a POST came with. Set by `OnceOnly`, as is the next one.
    var onceKey: OnceKey?
    /// The key with what the request asks for; nil also for uploads, which have to be read first.
    var once: OnceRequest?

    var userID: User.ID { session.userID }
    /// For an operation of the store.
    var caller: Caller { Caller(session, idempotentRequest: once) }

    init(context: AppContext) throws {
        guard let session = context.session else { throw Problem.unauthenticated }
        coreContext = context.coreContext
        channel = context.channel
        self.session = session
    }

    var maxUploadSize: Int { AppContext.maxBodyBytes }
}
