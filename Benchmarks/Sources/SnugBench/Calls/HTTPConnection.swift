import NIOCore
import NIOHTTP1
import NIOPosix

struct Request: Sendable {
    let method: String
    let path: String
    var headers: [(name: String, value: String)] = []
    var body: ByteBuffer?

    init(_ method: String, _ path: String) {
        self.method = method
        self.path = path
    }
}

struct Response: Sendable {
    let status: Int
    let body: ByteBuffer
    /// When the last byte arrived.
    let finished: NIODeadline
}

/// One kept-alive connection to the server, with one request on it at a time.
actor HTTPConnection {
    private let port: Int
    private let group: any EventLoopGroup
    private var channel: (any Channel)?

    init(port: Int, group: any EventLoopGroup) {
        self.port = port
        self.group = group
    }

    /// Sends the request, on a new connection when the last one was closed.
    func send(_ request: Request) async throws -> Response {
        let channel = try await connected()
        let promise = channel.eventLoop.makePromise(of: Response.self)
        channel.writeAndFlush(Exchange(request: request, answer: promise), promise: nil)
        return try await promise.futureResult.get()
    }

    func close() async {
        try? await channel?.close()
        channel = nil
    }

    private func connected() async throws -> any Channel {
        if let channel, channel.isActive { return channel }
        let fresh = try await ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(ExchangeHandler())
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        channel = fresh
        return fresh
    }
}
