import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A WebSocket as a test holds it: it says what it is told to, proper or not, and waits for what comes.
package final class LiveClient: Sendable {
    /// What came over the socket.
    enum Arrival: Sendable, Equatable {
        case text([UInt8])
        case ping
        case pong([UInt8])
        /// The server's close frame, with its code.
        case closed(UInt16?)
    }

    /// How the client behaves where no test says otherwise.
    package struct Manners: Sendable {
        package var answersPings = true
        /// Whether the server's close frame is answered.
        package var answersClose = true

        package init() {}
    }

    /// Events that are not logged and may come at any time.
    static let passing: Set<String> = ["typing", "presence", "receipt", "invitation", "room.hidden", "block"]

    private let channel: any Channel
    private let arrivals: AsyncStream<Arrival>

    /// Opens a socket, without a word yet.
    ///
    /// - Parameter token: Goes into the request's head; nil leaves it out.
    package init(
        to site: Site,
        token: String? = nil,
        path: String = "/api/v1/realtime",
        receiveBuffer: Int? = nil,
        manners: Manners = Manners()
    ) async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Arrival.self)
        self.arrivals = arrivals
        var headers: HTTPHeaders = ["host": "\(site.host):\(site.port)"]
        if let token { headers.add(name: "authorization", value: "Bearer \(token)") }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let upgraded = try await bootstrap.connect(host: site.host, port: site.port) { channel in
            Self.upgrade(channel, head) { ArrivalReader(arrival, manners) }
        }
        channel = try await upgraded.get()
    }

    private static func upgrade(
        _ channel: any Channel,
        _ head: HTTPRequestHead,
        reader: @escaping @Sendable () -> ArrivalReader
    ) -> EventLoopFuture<EventLoopFuture<any Channel>> {
        channel.eventLoop.makeCompletedFuture {
            let upgrader = NIOTypedWebSocketClientUpgrader<any Channel>(maxFrameSize: 1 << 24) { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(reader())
                    return channel
                }
            }
            let upgrade = NIOTypedHTTPClientUpgradeConfiguration(upgradeRequestHead: head, upgraders: [upgrader]) {
                $0.eventLoop.makeFailedFuture(NotUpgraded())
            }
            return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                configuration: .init(upgradeConfiguration: upgrade)
            )
        }
    }

    // MARK: - Saying

    package func say(_ frame: JSON) async throws {
        try await send(.text, try frame.bytes)
    }

    /// Sends one frame.
    ///
    /// - Parameter isMasked: Every client must mask; false breaks the protocol.
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

    // MARK: - Hearing

    /// The next event or answer, without those that pass by and are not logged.
    package func next() async throws -> JSON {
        try await within(waitingFor: "a frame") { [self] in
            while true {
                let frame = JSON.orMissing(try await nextText())
                if !LiveClient.passing.contains(frame.type.text) { return frame }
            }
        }
    }

    /// The next signal of this type, such as `typing`; everything before it is skipped.
    package func nextSignal(_ type: String) async throws -> JSON {
        try await within(waitingFor: type) { [self] in
            while true {
                let frame = JSON.orMissing(try await nextText())
                if frame.type.text == type { return frame }
            }
        }
    }

    /// The next signal of this type that is about `person`.
    package func nextSignal(_ type: String, of person: Person) async throws -> JSON {
        while true {
            let signal = try await nextSignal(type)
            if signal.user_id.text == person.id { return signal }
        }
    }

    /// The next receipt of `person` with everything up to `seq` read. Receipts of deliveries may come before it.
    package func receipt(of person: Person, readUpTo seq: JSON) async throws -> JSON {
        while true {
            let receipt = try await nextSignal("receipt", of: person)
            if receipt.read_seq == seq { return receipt }
        }
    }

    /// The next event or answer, which must be of this type.
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

    /// The next text as it came, whatever it is. Waits for ever.
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

/// The server answered the request for a socket with something else.
package struct NotUpgraded: Error {}

/// The server closed where a test expected it to say something.
package struct SocketClosed: Error {
    let code: UInt16?
}

/// The server said something else than a test expected.
package struct UnexpectedFrame: Error, CustomStringConvertible {
    let frame: JSON
    let expected: String

    package var description: String {
        "expected \(expected), got \((try? frame.bytes).map { String(decoding: $0, as: UTF8.self) } ?? "nothing")"
    }
}
