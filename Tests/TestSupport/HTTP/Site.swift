import NIOCore
import NIOHTTP1
import NIOPosix

/// Somewhere that answers HTTP: the server itself, or what stands in front of it.
package struct Site: Sendable, Hashable {
    package let host: String
    package let port: Int

    package init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// A request's body.
    package enum Body: Sendable {
        case none
        /// With its length in the head.
        case bytes([UInt8])
        /// Piece by piece, without a length.
        case chunked([[UInt8]])
        case json(JSON)
    }

    /// Sends one request over a connection of its own.
    ///
    /// - Parameter headers: `Host` and what the body needs are added.
    package func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: Body = .none
    ) async throws -> Answer {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
        let pieces = try body.pieces(describedBy: &head.headers)
        head.headers.replaceOrAdd(name: "host", value: "\(host):\(port)")
        return try await within(waitingFor: "\(method) \(path)") { [head] in
            try await exchange(head, pieces)
        }
    }

    private func exchange(_ head: HTTPRequestHead, _ pieces: [[UInt8]]) async throws -> Answer {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Answer.self)
        let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHTTPClientHandlers(enableOutboundHeaderValidation: false)
                try pipeline.addHandler(AnswerCollector(answer))
            }
        }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: host, port: port).get()
        } catch {
            answer.fail(error)
            throw error
        }
        // A server that refuses a body closes while it is sent; what it answered is what counts.
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        for piece in pieces {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: piece))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

extension Site.Body {
    /// Text as bytes.
    package static func text(_ text: String) -> Site.Body { .bytes(Array(text.utf8)) }

    fileprivate func pieces(describedBy headers: inout HTTPHeaders) throws -> [[UInt8]] {
        switch self {
        case .none:
            return []
        case .bytes(let bytes):
            headers.replaceOrAdd(name: "content-length", value: String(bytes.count))
            return [bytes]
        case .chunked(let pieces):
            headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
            return pieces
        case .json(let json):
            headers.replaceOrAdd(name: "content-type", value: "application/json")
            return try Site.Body.bytes(json.bytes).pieces(describedBy: &headers)
        }
    }
}

/// The connection ended before the answer did.
package struct ConnectionEnded: Error {}

/// Puts the parts of one answer together and closes the connection behind it.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<Answer>
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(_ promise: EventLoopPromise<Answer>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let piece): body.append(contentsOf: piece.readableBytesView)
        case .end:
            guard let head else { return }
            promise.succeed(Answer(status: Int(head.status.code), headers: head.headers, body: body))
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ConnectionEnded())
    }
}
