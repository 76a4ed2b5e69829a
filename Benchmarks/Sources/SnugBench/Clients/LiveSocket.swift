import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

enum LiveSocketError: Error {
    case refused
    case noWelcome(String)
    case closed
}

/// One person's open WebSocket.
struct LiveSocket: Sendable {
    private let channel: any Channel

    /// The socket, once the server has welcomed the person.
    static func open(
        _ person: Person,
        port: Int,
        group: any EventLoopGroup,
        makeReceiver: @escaping @Sendable () -> any FrameReceiver
    ) async throws -> LiveSocket {
        let loop = group.next()
        let welcomed = loop.makePromise(of: Void.self)
        let timeout = loop.scheduleTask(in: .seconds(20)) { welcomed.fail(LiveSocketError.closed) }
        do {
            let upgrade = try await connect(port: port, loop: loop) {
                SocketHandler(receiver: makeReceiver(), welcomed: welcomed)
            }
            let channel = try await upgrade.get()
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

    private static func connect(
        port: Int,
        loop: any EventLoop,
        makeHandler: @escaping @Sendable () -> SocketHandler
    ) async throws -> EventLoopFuture<any Channel> {
        try await ClientBootstrap(group: loop)
            .connectTimeout(.seconds(20))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let head = HTTPRequestHead(
                        version: .http1_1,
                        method: .GET,
                        uri: "/api/v1/realtime",
                        headers: ["Host": "127.0.0.1"]
                    )
                    let upgrade = NIOTypedHTTPClientUpgradeConfiguration<any Channel>(
                        upgradeRequestHead: head,
                        upgraders: [SocketUpgrader(makeHandler: makeHandler)],
                        notUpgradingCompletionHandler: { $0.eventLoop.makeFailedFuture(LiveSocketError.refused) }
                    )
                    var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrade)
                    pipeline.leftOverBytesStrategy = .forwardBytes
                    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                        configuration: pipeline
                    )
                }
            }
    }

    /// Sends a complete frame. Cheapest on the socket's event loop.
    func send(_ frame: ByteBuffer) {
        channel.writeAndFlush(frame, promise: nil)
    }

    /// Takes nothing more from the kernel, which is told to keep as little as it may.
    func stopReading() async throws {
        try await channel.setOption(.socketOption(.so_rcvbuf), value: 4096).get()
        try await channel.setOption(.autoRead, value: false).get()
    }

    func close() async {
        try? await channel.close()
    }
}

/// NIO's handshake, without the frame handlers that come with it.
private struct SocketUpgrader: NIOTypedHTTPClientProtocolUpgrader {
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
