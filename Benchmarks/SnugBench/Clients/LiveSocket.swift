import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import SnugClient

enum LiveSocketError: Error {
    case noWelcome(String)
    case closed
}

/// One user's open WebSocket.
struct LiveSocket: Sendable {
    private let channel: any Channel

    /// Opens a socket; returns when the server has sent its welcome.
    static func open(
        _ person: Person,
        group: any EventLoopGroup,
        makeReceiver: @escaping @Sendable () -> any FrameReceiver
    ) async throws -> LiveSocket {
        let loop = group.next()
        let welcomed = loop.makePromise(of: Void.self)
        let timeout = loop.scheduleTask(in: .seconds(20)) { welcomed.fail(LiveSocketError.closed) }
        do {
            let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(20))
            let channel = try await person.site.openWebSocket(bootstrap: bootstrap) {
                RawFrameUpgrader { SocketHandler(receiver: makeReceiver(), welcomed: welcomed) }
            }
            let hello = #"{"type":"hello","token":"\#(person.token)"}"#
            try await channel.writeAndFlush(ByteBuffer.clientFrame(opcode: 1, payload: hello.utf8))
            try await welcomed.futureResult.get()
            timeout.cancel()
            return LiveSocket(channel: channel)
        } catch {
            timeout.cancel()
            welcomed.fail(error)
            throw error
        }
    }

    /// Sends a complete frame. Cheapest on the socket's event loop.
    func send(_ frame: ByteBuffer) {
        channel.writeAndFlush(frame, promise: nil)
    }

    /// Reads nothing more, and makes the kernel's receive buffer as small as possible.
    func stopReading() async throws {
        try await channel.setOption(.socketOption(.so_rcvbuf), value: 4096).get()
        try await channel.setOption(.autoRead, value: false).get()
    }

    func close() async {
        try? await channel.close()
    }
}

/// NIO's handshake without the frame handlers that come with it: see ``FrameWalker``.
private struct RawFrameUpgrader: NIOTypedHTTPClientProtocolUpgrader {
    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    let makeHandler: @Sendable () -> SocketHandler
    private let handshake = NIOTypedWebSocketClientUpgrader<any Channel> { channel, _ in
        channel.eventLoop.makeSucceededFuture(channel)
    }

    init(makeHandler: @escaping @Sendable () -> SocketHandler) {
        self.makeHandler = makeHandler
    }

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {
        handshake.addCustom(upgradeRequestHeaders: &upgradeRequestHeaders)
    }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
        handshake.shouldAllowUpgrade(upgradeResponse: upgradeResponse)
    }

    func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<any Channel> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(makeHandler())
            return channel
        }
    }
}
