import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A bare TCP connection, for requests that no proper client would send.
package final class RawConnection: Sendable {
    private let channel: any Channel
    private let pieces: AsyncStream<ByteBuffer>
    private let unread = Mutex<[UInt8]>([])

    /// - Parameter receiveBuffer: Size of the kernel's receive buffer in bytes; nil leaves the choice to the kernel.
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

    /// Reads text up to and including `end`.
    package func read(until end: String) async throws -> String {
        let mark = Array(end.utf8)
        return try await within(waitingFor: "\(end.debugDescription) on a connection") { [self] in
            while true {
                if let text = take(until: mark) { return text }
                guard await readMore() else { throw ConnectionEnded() }
            }
        }
    }

    /// Reads bytes up to and including `end`.
    package func readBytes(until end: [UInt8]) async throws {
        try await within(waitingFor: "\(end) on a connection") { [self] in
            while take(until: end) == nil {
                guard await readMore() else { throw ConnectionEnded() }
            }
        }
    }

    /// Reads the head of a response.
    package func readHead() async throws -> String {
        try await read(until: "\r\n\r\n")
    }

    /// Reads text until the server closes.
    package func readToEnd() async throws -> String {
        String(decoding: try await readBytesToEnd(), as: UTF8.self)
    }

    /// Reads bytes until the server closes.
    package func readBytesToEnd() async throws -> [UInt8] {
        try await within(waitingFor: "the end of a connection") { [self] in
            while await readMore() {}
            return unread.withLock { bytes in
                defer { bytes = [] }
                return bytes
            }
        }
    }

    /// Closes the sending half; reading goes on.
    package func closeSending() async throws {
        try await channel.close(mode: .output)
    }

    /// Closes with a FIN.
    package func close() {
        channel.close(promise: nil)
    }

    /// Closes with a RST, as after a phone has left its network.
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
