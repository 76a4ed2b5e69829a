import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A stream of server-sent events, parsed according to the standard
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html section 9.2.6).
package final class StreamClient: Sendable {
    /// One event, or a comment.
    package struct Event: Sendable, Equatable {
        package var id: String?
        package var type = ""
        package var text: [UInt8] = []
        package var isComment = false

        package var data: JSON { .orMissing(text) }
    }

    package let head: HTTPResponseHead
    private let channel: any Channel
    private let events: AsyncStream<Event>
    private let newestID = Mutex<String?>(nil)

    /// Requests a stream; returns when the head of the response has arrived.
    package init(to site: Site, path: String = "/api/v1/events", headers: HTTPHeaders) async throws {
        let (events, event) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: HTTPResponseHead.self)
        channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(StreamReader(answer, event))
                }
            }
            .connect(host: site.host, port: site.port)
            .flatMapError { error in
                answer.fail(error)
                return loop.makeFailedFuture(error)
            }
            .get()
        var headers = headers
        headers.replaceOrAdd(name: "host", value: site.authority)
        let request = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
        channel.write(HTTPClientRequestPart.head(request), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        head = try await within(waitingFor: "the head of a stream") { try await answer.futureResult.get() }
    }

    /// The newest id that has been read. A client sends it to resume.
    package var lastEventID: String? { newestID.withLock { $0 } }

    /// The next event; comments and events that are not logged are skipped.
    package func next() async throws -> Event {
        try await next { !$0.isComment && !LiveClient.transientTypes.contains($0.type) }
    }

    /// The data of the next event, which must be of this type.
    ///
    /// - Throws: ``UnexpectedFrame``.
    package func next(_ type: String) async throws -> JSON {
        let event = try await next()
        guard event.type == type else { throw UnexpectedFrame(frame: event.data, expected: type) }
        return event.data
    }

    /// The next event or comment for which `matches` returns true.
    package func next(where matches: @escaping @Sendable (Event) -> Bool) async throws -> Event {
        try await within(waitingFor: "an event on a stream") { [self] in
            var iterator = events.makeAsyncIterator()
            while let event = await iterator.next() {
                if let id = event.id { newestID.withLock { $0 = id } }
                if matches(event) { return event }
            }
            throw ConnectionEnded()
        }
    }

    /// Returns once the stream has ended.
    package func waitForEnd() async throws {
        try await within(waitingFor: "the end of a stream") { [self] in
            var iterator = events.makeAsyncIterator()
            while await iterator.next() != nil {}
        }
    }

    package func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    package func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    package func close() {
        channel.close(promise: nil)
    }
}

/// Splits the body of the response into events.
private final class StreamReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<HTTPResponseHead>
    private let event: AsyncStream<StreamClient.Event>.Continuation
    private var line: [UInt8] = []
    private var current = StreamClient.Event()
    private var hasFields = false

    init(_ answer: EventLoopPromise<HTTPResponseHead>, _ event: AsyncStream<StreamClient.Event>.Continuation) {
        self.answer = answer
        self.event = event
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): answer.succeed(head)
        case .body(let piece):
            var piece = piece
            while let length = piece.readableBytesView.firstIndex(of: 0x0A).map({ $0 - piece.readerIndex }) {
                line += piece.readBytes(length: length) ?? []
                piece.moveReaderIndex(forwardBy: 1)
                endLine()
            }
            line += piece.readableBytesView
        case .end: context.close(promise: nil)
        }
    }

    private func endLine() {
        let text = String(decoding: line, as: UTF8.self)
        line = []
        guard !text.isEmpty else { return endEvent() }
        if text.hasPrefix(":") {
            event.yield(StreamClient.Event(isComment: true))
        } else if text.hasPrefix("id: ") {
            current.id = String(text.dropFirst(4))
        } else if text.hasPrefix("event: ") {
            current.type = String(text.dropFirst(7))
        } else if text.hasPrefix("data: ") {
            hasFields = true
            current.text = Array(text.utf8.dropFirst(6))
        }
    }

    private func endEvent() {
        if hasFields { event.yield(current) }
        current = StreamClient.Event()
        hasFields = false
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(ConnectionEnded())
        event.finish()
    }
}
