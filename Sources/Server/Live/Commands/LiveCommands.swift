import Chat
import Foundation
import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle

/// Does what live clients ask for. Connections hand their frames over from the event loop; each has at most one here
/// at a time, so its frames are done in order while those of different connections share commits.
struct LiveCommands: Service, CustomStringConvertible {
    /// A frame that a connection has received.
    struct Command: Sendable {
        let text: ByteBuffer
        let socket: SocketHandle
        let identity: LiveIdentity
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
    private let admissions: Admissions
    private let signals: RoomSignals
    private let wire: Wire
    private let limits: RateLimits
    private let logger: Logger

    /// - Parameter capacity: Commands that may wait; one per connection is enough.
    init(
        store: Store,
        admissions: Admissions,
        signals: RoomSignals,
        wire: Wire,
        limits: RateLimits,
        capacity: Int,
        logger: Logger
    ) {
        let (commands, queue) = AsyncStream.makeStream(of: Command.self, bufferingPolicy: .bufferingOldest(capacity))
        self.inbox = Inbox(queue: queue)
        self.commands = commands
        self.store = store
        self.admissions = admissions
        self.signals = signals
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
        await perform(command.text, from: command.socket, as: command.identity)
        command.socket.finishedCommand()
    }

    private func perform(_ text: ByteBuffer, from socket: SocketHandle, as identity: LiveIdentity) async {
        var reference: String?
        do {
            let data = Data(buffer: text)
            switch identity {
            case .stranger(let token): try await open(socket, hello: data, headerToken: token)
            case .session(let session):
                let envelope = try parse(ClientFrame.Envelope.self, data)
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
            wire.presence.active(session.userID)
            let frame = try parse(ClientFrame.Send.self, data)
            let posted = try await store.post(frame.draft, in: frame.room, by: session.userID)
            socket.send(wire.json(ServerFrame.ack(ref: envelope.ref, posted.message)).buffer)
        case "read":
            let frame = try parse(ClientFrame.Read.self, data)
            wire.presence.active(session.userID)
            try await signals.read(frame.room_id, upTo: frame.seq.value, by: session.userID)
        case "typing":
            let frame = try parse(ClientFrame.Typing.self, data)
            wire.presence.active(session.userID)
            try await signals.typing(session.userID, in: frame.room_id)
        case "status":
            try say(parse(ClientFrame.Status.self, data), of: session.userID)
        case "ping":
            socket.send(wire.json(ServerFrame.pong).buffer)
        default:
            throw BadFrame(cause: Problem.invalid("type", "This server does not know frames of this type."))
        }
    }

    private func parse<Frame: Decodable>(_ type: Frame.Type, _ data: Data) throws(BadFrame) -> Frame {
        do {
            return try JSONText.decode(type, from: data)
        } catch {
            let reference = try? JSONText.decode(ClientFrame.Reference.self, from: data)
            throw BadFrame(cause: error, reference: reference?.ref)
        }
    }

    private func say(_ frame: ClientFrame.Status, of user: User.ID) throws {
        switch frame.status {
        case "online": wire.presence.active(user)
        case "away": wire.presence.away(user)
        default: throw BadFrame(cause: Problem.invalid("status", "It must be online or away."))
        }
    }

    /// Signs the connection in and lets it hear its person's rooms.
    private func open(_ socket: SocketHandle, hello: Data, headerToken: SessionToken?) async throws {
        let hello = try JSONText.decode(ClientFrame.Hello.self, from: hello)
        guard let token = hello.token.map(SessionToken.init(text:)) ?? headerToken else {
            throw Refusal.unauthenticated("A token is missing.")
        }
        let session = try await store.session(of: token)
        let (admission, _) = try await admissions.admit(session.userID, after: hello.cursor) { entry in
            await socket.admit(session, entry)
        }
        switch admission {
        // A session that ended before the hub knew the connection could not close it.
        case .admitted: _ = try await store.session(of: token)
        case .tooMany: socket.close(.tooMany)
        case .gone, .stale: break
        }
    }

    private func refuse(_ error: any Error, reference: String?, on socket: SocketHandle, isStranger: Bool) {
        let badFrame = error as? BadFrame
        let problem = Problem(badFrame?.cause ?? error) ?? .internal
        if problem == .internal { logger.error("A frame failed", metadata: ["error": "\(error)"]) }
        switch problem.code {
        case "unauthenticated": socket.close(.unauthenticated)
        // Who could not be let in has nothing to wait for.
        case _ where isStranger: socket.close(problem.status.kind == .serverError ? .failed : .malformed)
        default:
            let error = ServerFrame.error(ref: reference ?? badFrame?.reference, problem)
            let frame = wire.json(error).buffer
            badFrame == nil ? socket.send(frame) : socket.refuseBadFrame(frame)
        }
    }
}

/// A frame that is not understood: it is not JSON, or its type or one of its members is wrong.
private struct BadFrame: Error {
    let cause: any Error
    /// The frame's reference, where it can be read.
    var reference: String?
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
