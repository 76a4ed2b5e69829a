import Chat
import Foundation
import Kernel
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Carries out the commands of the operator, which arrive over a socket in the storage folder: one line of JSON for a
/// command and one for its answer.
///
/// Only the server's own user can connect. A running server has to make the changes itself, because it caches sessions
/// and knows the live connections.
struct ControlSocket: Service, CustomStringConvertible {
    /// Name of the socket in the storage folder.
    static let name = "control.socket"
    /// Maximum length of a command or an answer, in bytes.
    static let maxLineBytes = 16_384
    /// A client that sends nothing for this long is disconnected, so that it does not keep others waiting.
    private static let idleTimeout = TimeAmount.seconds(10)

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let description = "control socket"
    let storage: String
    let store: Store
    let loops: any EventLoopGroup
    let logger: Logger

    func run() async throws {
        let path = "\(storage)/\(Self.name)"
        let listener: NIOAsyncChannel<Connection, Never>
        do {
            // Left behind by a server that was killed; this one holds the lock of the storage.
            try SystemCall.remove(path)
            listener = try await listen()
        } catch {
            logger.warning(
                "The control socket cannot be opened: commands such as `snug-server user disable` need a stopped server",
                metadata: ["error": "\(error)"]
            )
            return
        }
        defer { _ = try? SystemCall.remove(path) }
        try await listener.executeThenClose { connections in
            // One command at a time.
            for try await connection in connections.cancelOnGracefulShutdown() { await serve(connection) }
        }
    }

    private func listen() async throws -> NIOAsyncChannel<Connection, Never> {
        let socket = try LocalSocket.listen(at: Self.name, in: storage)
        return try await ServerBootstrap(group: loops).bind(socket) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handlers = channel.pipeline.syncOperations
                try handlers.addHandler(IdleStateHandler(readTimeout: Self.idleTimeout))
                try handlers.addHandler(CloseWhenIdle())
                return try Connection(wrappingChannelSynchronously: channel)
            }
        }
    }

    private func serve(_ connection: Connection) async {
        do {
            try await connection.executeThenClose { input, output in
                guard let line = try await Self.line(of: input) else { return }
                var answer = try JSONEncoder().encode(await reply(to: line))
                answer.append(0x0A)
                try await output.write(ByteBuffer(bytes: answer))
            }
        } catch {
            // The client is gone. What it has requested was done or not; it can ask again.
            logger.debug("A control connection has failed", metadata: ["error": "\(error)"])
        }
    }

    /// The bytes before the first end of line; nil if there are too many, or if the connection ends before.
    private static func line(of input: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        for try await part in input {
            bytes += part.readableBytesView
            if let end = bytes.firstIndex(of: 0x0A) { return Array(bytes[..<end]) }
            guard bytes.count <= maxLineBytes else { return nil }
        }
        return nil
    }

    private func reply(to line: [UInt8]) async -> AccountCommandReply {
        guard let command = try? JSONDecoder().decode(AccountCommand.self, from: Data(line)) else {
            return .failed("The running server does not know this command. Has it the same version?")
        }
        do {
            let endedSessions = try await command.perform(on: store.accounts)
            logger.notice(
                "A command of the operator was carried out",
                metadata: ["command": "\(command.name)", "ended.sessions": "\(endedSessions)"]
            )
            return .done(endedSessions: endedSessions)
        } catch Refusal.notFound {
            return .notFound
        } catch {
            logger.error(
                "A command of the operator has failed",
                metadata: ["command": "\(command.name)", "error": "\(error)"]
            )
            return .failed(Problem(error)?.detail ?? "It has failed; the server's log has the reason.")
        }
    }
}

/// Closes a connection on which nothing arrives.
private final class CloseWhenIdle: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
