import Chat
import Foundation
import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle

/// Does what live clients ask for. Connections hand their frames over from the event loop; each has at most one here
/// at a time, so its frames are done in order while those of different connections share commits.
struct LiveCommands: Service, CustomStringConvertible {
    /// Something to do for a connection.
    enum Command: Sendable {
        case frame(ByteBuffer, from: SocketHandle, as: LiveIdentity)
        /// The person's last connection has ended.
        case left(User.ID)
    }

    /// The event loop's end of the queue.
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
    private let hub: LiveHub
    private let wire: Wire
    private let limits: RateLimits
    private let logger: Logger

    /// - Parameter capacity: Commands that may wait; one per connection is enough.
    init(store: Store, hub: LiveHub, wire: Wire, limits: RateLimits, capacity: Int, logger: Logger) {
        let (commands, queue) = AsyncStream.makeStream(of: Command.self, bufferingPolicy: .bufferingOldest(capacity))
        self.inbox = Inbox(queue: queue)
        self.commands = commands
        self.store = store
        self.hub = hub
        self.wire = wire
        self.limits = limits
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
        switch command {
        case .frame(let text, let socket, let identity):
            await perform(text, from: socket, as: identity)
            socket.finishedCommand()
        case .left(let user):
            try? await store.sawUser(user)
        }
    }

    private func perform(_ text: ByteBuffer, from socket: SocketHandle, as identity: LiveIdentity) async {
        var reference: String?
        do {
            let data = Data(buffer: text)
            switch identity {
            case .stranger(let token): try await open(socket, hello: data, headerToken: token)
            case .session(let session):
                let envelope = try JSONDecoder().decode(ClientFrame.Envelope.self, from: data)
                reference = envelope.ref
                try await perform(envelope, data, from: socket, as: session)
            }
        } catch {
            refuse(error, reference: reference, on: socket, isStranger: identity.isStranger)
        }
    }

    private func perform(
        _ envelope: ClientFrame.Envelope,
        _ data: Data,
        from socket: SocketHandle,
        as session: Session
    ) async throws {
        switch envelope.type {
        case "send":
            try limits.messages.spend(session.userID)
            let frame = try JSONDecoder().decode(ClientFrame.Send.self, from: data)
            let posted = try await store.post(frame.draft, in: frame.room, by: session.userID)
            socket.send(wire.json(ServerFrame.ack(ref: envelope.ref, posted.message)).buffer)
        case "ping":
            socket.send(wire.json(ServerFrame.pong).buffer)
        default:
            throw Problem.invalid("type", "This server does not know frames of this type.")
        }
    }

    /// Signs the connection in and lets it hear its person's rooms.
    private func open(_ socket: SocketHandle, hello: Data, headerToken: SessionToken?) async throws {
        let hello = try JSONDecoder().decode(ClientFrame.Hello.self, from: hello)
        guard let token = hello.token.map(SessionToken.init(text:)) ?? headerToken else {
            throw Refusal.unauthenticated("A token is missing.")
        }
        let session = try await store.session(of: token)
        while true {
            let start = try await store.liveStart(for: session.userID)
            switch await socket.admit(session, start, to: hub) {
            case .gone: return
            case .admitted:
                // A session that ended before the hub knew the connection could not close it.
                _ = try await store.session(of: token)
                return
            case .tooMany: return socket.close(.tooMany)
            case .stale: continue
            }
        }
    }

    private func refuse(_ error: any Error, reference: String?, on socket: SocketHandle, isStranger: Bool) {
        let problem = Problem(error) ?? .internal
        if problem == .internal { logger.error("A frame failed", metadata: ["error": "\(error)"]) }
        switch problem.code {
        case "unauthenticated": socket.close(.unauthenticated)
        case "malformed": socket.close(.malformed)
        // Who could not be let in has nothing to wait for.
        case _ where isStranger: socket.close(problem.status.kind == .serverError ? .failed : .malformed)
        default: socket.send(wire.json(ServerFrame.error(ref: reference, problem)).buffer)
        }
    }
}

/// Who is at the other end of a live connection.
enum LiveIdentity: Sendable {
    /// Nobody has signed in; the token that came with the request, if one did.
    case stranger(SessionToken?)
    case session(Session)

    var isStranger: Bool {
        if case .stranger = self { true } else { false }
    }
}
