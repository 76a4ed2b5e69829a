import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A client's WebSocket. It sends any frame, also one that breaks the protocol, and returns what arrives one by one.
package final class LiveClient: Sendable {
    /// What arrived.
    enum Arrival: Sendable, Equatable {
        case text([UInt8])
        case ping
        case pong([UInt8])
        /// The server's close frame, with its code.
        case closed(UInt16?)
    }

    /// What the client answers by itself.
    package struct AutomaticReplies: Sendable {
        package var answersPings = true
        /// Whether the server's close frame is answered.
        package var answersClose = true

        package init() {}
    }

    /// Types of events that are not logged and may arrive at any time.
    static let transientTypes: Set<String> = ["typing", "presence", "receipt", "invitation", "room.hidden", "block"]

    private let channel: any Channel
    private let arrivals: AsyncStream<Arrival>

    /// Opens a WebSocket and sends nothing yet.
    ///
    /// - Parameters:
    ///   - token: Sent in the request's head; nil sends none.
    ///   - receiveBuffer: Size of the kernel's receive buffer in bytes; nil leaves the choice to the kernel.
    package init(
        to site: Site,
        token: String? = nil,
        path: String = "/api/v1/realtime",
        receiveBuffer: Int? = nil,
        automaticReplies: AutomaticReplies = AutomaticReplies()
    ) async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Arrival.self)
        self.arrivals = arrivals
        var headers: HTTPHeaders = [:]
        if let token { headers.add(name: "authorization", value: "Bearer \(token)") }
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        channel = try await site.openWebSocket(path: path, headers: headers, bootstrap: bootstrap) {
            NIOTypedWebSocketClientUpgrader<any Channel>(maxFrameSize: 1 << 24) { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ArrivalReader(arrival, automaticReplies))
                    return channel
                }
            }
        }
    }

    // MARK: - Sending

    /// Sends JSON as a text frame.
    package func say(_ frame: JSON) async throws {
        try await send(.text, try frame.bytes)
    }

    /// Sends one frame.
    ///
    /// - Parameter isMasked: A client must mask (RFC 6455 section 5.1); false breaks the protocol.
    package func send(
        _ opcode: WebSocketOpcode,
        _ payload: [UInt8] = [],
        isFinal: Bool = true,
        isMasked: Bool = true
    ) async throws {
        let frame = WebSocketFrame(
            fin: isFinal,
            opcode: opcode,
            maskKey: isMasked ? .random() : nil,
            data: ByteBuffer(bytes: payload)
        )
        try await channel.writeAndFlush(frame)
    }

    package func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    package func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    package func close() async throws {
        try await channel.close()
    }

    // MARK: - Receiving

    /// The next event or answer; events that are not logged are skipped.
    package func next() async throws -> JSON {
        try await within(waitingFor: "a frame") { [self] in
            while true {
                let frame = JSON.orMissing(try await nextText())
                if !LiveClient.transientTypes.contains(frame.type.text) { return frame }
            }
        }
    }

    /// The next event of this type, which is not logged, such as `typing`; everything before it is skipped.
    package func nextTransientEvent(_ type: String) async throws -> JSON {
        try await within(waitingFor: type) { [self] in
            while true {
                let frame = JSON.orMissing(try await nextText())
                if frame.type.text == type { return frame }
            }
        }
    }

    /// The same for the next event that is about `person`.
    package func nextTransientEvent(_ type: String, of person: Person) async throws -> JSON {
        while true {
            let event = try await nextTransientEvent(type)
            if event.user_id.text == person.id { return event }
        }
    }

    /// The next receipt of `person` with everything up to `seq` read. Receipts of deliveries may come before it.
    package func receipt(of person: Person, readUpTo seq: JSON) async throws -> JSON {
        while true {
            let receipt = try await nextTransientEvent("receipt", of: person)
            if receipt.read_seq == seq { return receipt }
        }
    }

    /// The next event or answer, which must be of this type.
    ///
    /// - Throws: ``UnexpectedFrame``.
    package func next(_ type: String) async throws -> JSON {
        let frame = try await next()
        guard frame.type == .string(type) else { throw UnexpectedFrame(frame: frame, expected: type) }
        return frame
    }

    /// The next event or answer of this type; others before it are skipped.
    package func first(_ type: String) async throws -> JSON {
        while true {
            let frame = try await next()
            if frame.type == .string(type) { return frame }
        }
    }

    /// The code with which the server closes; nil for a close without one.
    ///
    /// - Throws: `ConnectionEnded` when the connection ends without a close frame.
    package func closeCode() async throws -> UInt16? {
        try await within(waitingFor: "a close frame") { [self] in
            while true {
                switch await nextArrival() {
                case .closed(let code): return code
                case nil: throw ConnectionEnded()
                default: continue
                }
            }
        }
    }

    /// Returns once the server has pinged.
    package func waitForPing() async throws {
        try await wait(for: "a ping") { $0 == .ping }
    }

    /// Returns once a pong with this payload has come.
    package func waitForPong(_ payload: [UInt8]) async throws {
        try await wait(for: "a pong") { $0 == .pong(payload) }
    }

    /// Returns once the connection has ended.
    package func waitForEnd() async throws {
        try await within(waitingFor: "the end of a socket") { [self] in
            while await nextArrival() != nil {}
        }
    }

    private func wait(for what: String, _ matches: @escaping @Sendable (Arrival) -> Bool) async throws {
        try await within(waitingFor: what) { [self] in
            while let arrival = await nextArrival() {
                if matches(arrival) { return }
            }
            throw ConnectionEnded()
        }
    }

    /// The next text frame as it arrived, of any kind. Waits without a limit.
    ///
    /// - Throws: ``SocketClosed``, ``ConnectionEnded``.
    package func nextText() async throws -> [UInt8] {
        while true {
            switch await nextArrival() {
            case .text(let text): return text
            case .ping, .pong: continue
            case .closed(let code): throw SocketClosed(code: code)
            case nil: throw ConnectionEnded()
            }
        }
    }

    private func nextArrival() async -> Arrival? {
        var iterator = arrivals.makeAsyncIterator()
        return await iterator.next()
    }
}

/// The server closed the WebSocket where the client expected an event or an answer.
package struct SocketClosed: Error, CustomStringConvertible {
    package let code: UInt16?

    package var description: String { code.map { "the server closed with code \($0)" } ?? "the server closed" }
}

/// Another event or answer arrived than the client expected.
package struct UnexpectedFrame: Error, CustomStringConvertible {
    package let frame: JSON
    package let expected: String

    /// The frame as JSON text.
    package var text: String { (try? frame.bytes).map { String(decoding: $0, as: UTF8.self) } ?? "nothing" }

    package var description: String { "expected \(expected), got \(text)" }
}
