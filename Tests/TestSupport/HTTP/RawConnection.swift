import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A bare TCP connection, for requests that no proper client would send.
package final class RawConnection: Sendable {
    private let channel: any Channel
    private let pieces: AsyncStream<ByteBuffer>
    private let unread = Mutex<[UInt8]>([])

    /// - Parameter receiveBuffer: Bytes that the kernel keeps for a client that does not read; nil leaves it the choice.
    package init(to site: Site, receiveBuffer: Int? = nil) async throws {
        let (pieces, piece) = AsyncStream.makeStream(of: ByteBuffer.self)
        self.pieces = pieces
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PieceReader(piece))
                }
            }
            .connect(host: site.host, port: site.port).get()
    }

    package func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    package func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    package func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// What comes up to and with `end`.
    package func read(until end: String) async throws -> String {
        let mark = Array(end.utf8)
        return try await within(waitingFor: "\(end.debugDescription) on a connection") { [self] in
            while true {
                if let text = take(until: mark) { return text }
                guard await readMore() else { throw ConnectionEnded() }
            }
        }
    }

    /// Bytes up to and with `end`, which may be no text.
    package func readBytes(until end: [UInt8]) async throws {
        try await within(waitingFor: "\(end) on a connection") { [self] in
            while take(until: end) == nil {
                guard await readMore() else { throw ConnectionEnded() }
            }
        }
    }

    /// The head of an answer.
    package func readHead() async throws -> String {
        try await read(until: "\r\n\r\n")
    }

    /// Everything up to the moment when the other side closes.
    package func readToEnd() async throws -> String {
        String(decoding: try await readBytesToEnd(), as: UTF8.self)
    }

    /// The same for what is no text.
    package func readBytesToEnd() async throws -> [UInt8] {
        try await within(waitingFor: "the end of a connection") { [self] in
            while await readMore() {}
            return unread.withLock { bytes in
                defer { bytes = [] }
                return bytes
            }
        }
    }

    /// Says that nothing more comes, and goes on reading.
    package func closeSending() async throws {
        try await channel.close(mode: .output)
    }

    /// Closes in good order.
    package func close() {
        channel.close(promise: nil)
    }

    /// Is gone without a goodbye, as when a phone leaves its network: the other side gets a reset.
    package func vanish() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    private func readMore() async -> Bool {
        var iterator = pieces.makeAsyncIterator()
        guard let piece = await iterator.next() else { return false }
        unread.withLock { $0.append(contentsOf: piece.readableBytesView) }
        return true
    }

    private func take(until mark: [UInt8]) -> String? {
        unread.withLock { bytes in
            guard let range = bytes.firstRange(of: mark) else { return nil }
            let text = String(decoding: bytes[..<range.upperBound], as: UTF8.self)
            bytes.removeSubrange(..<range.upperBound)
            return text
        }
    }
}

private final class PieceReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let piece: AsyncStream<ByteBuffer>.Continuation

    init(_ piece: AsyncStream<ByteBuffer>.Continuation) {
        self.piece = piece
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        piece.yield(unwrapInboundIn(data))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        piece.finish()
    }
}
