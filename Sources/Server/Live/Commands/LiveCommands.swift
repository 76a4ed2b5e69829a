import Chat
import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle

/// Carries out the commands of live clients. Transports submit frames from the event loop, at most one at a time for
/// each connection: its frames are carried out in order, while those of different connections share commits.
struct LiveCommands: Service, CustomStringConvertible {
    /// A frame that a connection has received.
    struct Command: Sendable {
        let frame: ByteBuffer
        let peer: any LivePeer
        let identity: LiveIdentity
    }

    /// The end of the queue that transports use.
    struct Inbox: Sendable {
        fileprivate let queue: AsyncStream<Command>.Continuation

        /// - Returns: False when the queue is full.
        func submit(_ command: Command) -> Bool {
            guard case .enqueued = queue.yield(command) else { return false }
            return true
        }
    }

    let description = "live commands"
    let inbox: Inbox
    private let commands: AsyncStream<Command>
    private let store: Store
    private let authenticator: Authenticator
    private let subscriptions: LiveSubscriptions
    private let presence: Presence
    private let logger: Logger

    /// - Parameter capacity: Commands that may wait; one per connection is enough.
    init(
        store: Store,
        authenticator: Authenticator,
        subscriptions: LiveSubscriptions,
        presence: Presence,
        capacity: Int,
        logger: Logger
    ) {
        let (commands, queue) = AsyncStream.makeStream(of: Command.self, bufferingPolicy: .bufferingOldest(capacity))
        self.inbox = Inbox(queue: queue)
        self.commands = commands
        self.store = store
        self.authenticator = authenticator
        self.subscriptions = subscriptions
        self.presence = presence
        self.logger = logger
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await command in commands.cancelOnGracefulShutdown() {
                group.addTask { await perform(command) }
            }
        }
    }

    private func perform(_ command: Command) async {
        await perform(command.frame, from: command.peer, as: command.identity)
        command.peer.finishedCommand()
    }

    private func perform(_ frame: ByteBuffer, from peer: any LivePeer, as identity: LiveIdentity) async {
        var reference: String?
        do {
            switch identity {
            case .stranger(let credential): try await open(peer, hello: frame, requestCredential: credential)
            case .session(let session):
                let request = try peer.request(in: frame)
                reference = request.ref
                try await perform(request, from: peer, as: session)
            }
        } catch {
            refuse(error, reference: reference, to: peer, isStranger: identity.isStranger)
        }
    }

    private func perform(_ request: ClientRequest, from peer: any LivePeer, as session: Session) async throws {
        switch request.type {
        case "send":
            let frame = try request.members(ClientFrame.Send.self)
            let posted = try await store.messages.post(frame.draft, in: frame.room, by: frame.caller(in: session))
            peer.send(.ack(ref: request.ref, posted.message))
        case "read":
            let frame = try request.members(ClientFrame.Read.self)
            try await store.rooms.markRead(frame.room_id, upTo: frame.seq.value, by: Caller(session))
        case "typing":
            let frame = try request.members(ClientFrame.Typing.self)
            try await store.rooms.announceTyping(in: frame.room_id, by: Caller(session))
        case "status":
            try setStatus(request.members(), of: session.userID)
        case "ping":
            peer.send(.pong)
        default:
            throw BadFrame(cause: Problem.invalid("type", "Unknown frame type."))
        }
    }

    private func setStatus(_ frame: ClientFrame.Status, of user: User.ID) throws {
        switch frame.status {
        case "online": presence.active(user)
        case "away": presence.away(user)
        default: throw BadFrame(cause: Problem.invalid("status", "It must be online or away."))
        }
    }

    /// Signs the client in and subscribes it to the person's rooms.
    private func open(
        _ peer: some LivePeer,
        hello: ByteBuffer,
        requestCredential: ClientCredential?
    ) async throws {
        let hello = try peer.hello(in: hello)
        guard let credential = hello.credential ?? requestCredential else {
            throw Refusal.unauthenticated("A token is required.")
        }
        let session = try await authenticator.session(for: credential)
        peer.signIn(session)
        do {
            _ = try await subscriptions.connect(peer, for: session.userID, after: hello.cursor) {
                _ = try await authenticator.session(for: credential)
            }
        } catch ConnectRefusal.tooMany {
            peer.close(.tooMany)
        } catch ConnectRefusal.gone {}
    }

    private func refuse(_ error: any Error, reference: String?, to peer: any LivePeer, isStranger: Bool) {
        let badFrame = error as? BadFrame
        let problem = Problem(badFrame?.cause ?? error) ?? .internal
        if problem == .internal { logger.error("A frame failed", metadata: ["error": "\(error)"]) }
        logger.reportFailure(error)
        switch problem.code {
        case "unauthenticated": peer.close(.unauthenticated)
        // A client that could not sign in has no answer to wait for.
        case _ where isStranger: peer.close(problem.status.kind == .serverError ? .failed : .malformed)
        default:
            let answer = ServerFrame.error(ref: reference ?? badFrame?.ref, problem)
            badFrame == nil ? peer.send(answer) : peer.rejectBadFrame(answer)
        }
    }
}

/// The identity of the client of a live connection.
enum LiveIdentity: Sendable {
    /// Nobody has signed in yet. Carries the credential of the request that was upgraded, if it had one.
    case stranger(ClientCredential?)
    case session(Session)

    var isStranger: Bool {
        if case .stranger = self { true } else { false }
    }
}
