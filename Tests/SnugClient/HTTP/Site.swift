import NIOCore
import NIOHTTP1
import NIOPosix

/// The address of something that answers HTTP: the server itself, or a proxy in front of it.
package struct Site: Sendable, Hashable {
    package let host: String
    package let port: Int

    package init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// What HTTP/1.1 puts into the `Host` header.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Site {
    /// - Parameters:
    ///   - path: With its query.
    ///   - headers: Without `Host` and what describes the body; both are added.
    package struct Request: Sendable {
        package let method: HTTPMethod
        package let path: String
        package let headers: HTTPHeaders
        package let body: Body
    }

    package enum Body: Sendable {
        case none
        /// With its length in the head.
        case bytes([UInt8])
        /// Piece by piece, without a length.
        case chunked([[UInt8]])
        case json(JSON)

        /// Text as bytes.
        package static func text(_ text: String) -> Body { .bytes(Array(text.utf8)) }
    }
}

extension Site.Body {
    func pieces(describedBy headers: inout HTTPHeaders) throws -> [ByteBuffer] {
        switch self {
        case .none:
            return []
        case .bytes(let bytes):
            headers.replaceOrAdd(name: "content-length", value: String(bytes.count))
            return [ByteBuffer(bytes: bytes)]
        case .chunked(let pieces):
            headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
            return pieces.map { ByteBuffer(bytes: $0) }
        case .json(let json):
            headers.replaceOrAdd(name: "content-type", value: "application/json")
            return try Site.Body.bytes(json.bytes).pieces(describedBy: &headers)
        }
    }
}

extension Site: RequestSending {
    package var site: Site { self }

    /// Sends a request over a connection of its own.
    ///
    /// - Throws: ``ConnectionEnded``, ``TookTooLong`` after 300 seconds, or what prevented the connection.
    package func send(_ request: Request) async throws -> Answer {
        let channel = try await connect(on: MultiThreadedEventLoopGroup.singleton)
        defer { channel.close(promise: nil) }
        return try await channel.exchange(request, with: self, deadline: .seconds(300))
    }

    /// Opens a connection for requests.
    func connect(on group: any EventLoopGroup) async throws -> any Channel {
        try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    // Tests send headers that a proper client would not.
                    try pipeline.addHTTPClientHandlers(enableOutboundHeaderValidation: false)
                    try pipeline.addHandler(ExchangeHandler())
                }
            }
            .connect(host: host, port: port).get()
    }
}

/// The connection ended before the answer, the frame or the event arrived.
package struct ConnectionEnded: Error, CustomStringConvertible {
    package init() {}

    package var description: String { "the connection ended" }
}
