import NIOCore

/// A room with open sockets of its members.
struct ConnectedRoom: Sendable {
    let id: String
    /// Those that send, in turn. All of them receive what is sent.
    let sockets: [LiveSocket]
}

/// Messages sent over sockets at a steady rate, each in a random room by the member whose turn it is.
///
/// Lives on one event loop.
final class SocketMessages {
    /// About as long as what people write. With the mark a body has 105 bytes.
    static let sentence = "The kettle is on, and somebody has taken the good chair by the window again; sit down."

    struct Plan: Sendable {
        let rooms: [ConnectedRoom]
        /// Messages per second, in all rooms together.
        let rate: Double
        let seconds: Int
        var text = SocketMessages.sentence

        var count: Int { Int(rate) * seconds }
    }

    private static let tick = TimeAmount.milliseconds(1)
    /// The latency of a message that is sent later than this counts from when it was due, so that a generator that cannot
    /// keep up does not hide it.
    private static let tolerance = TimeAmount.milliseconds(5)

    private let plan: Plan
    private let ledger: RoomLedger
    private let origin = NIODeadline.now()
    private let loop: any EventLoop
    private let end: EventLoopPromise<Void>
    private var sent = 0

    private init(_ plan: Plan, ledger: RoomLedger, loop: any EventLoop) {
        (self.plan, self.ledger, self.loop) = (plan, ledger, loop)
        end = loop.makePromise()
    }

    /// Returns when all messages have been sent.
    static func send(_ plan: Plan, ledger: RoomLedger, on loop: any EventLoop) async throws {
        try await loop.flatSubmit {
            let messages = SocketMessages(plan, ledger: ledger, loop: loop)
            messages.proceed()
            return messages.end.futureResult
        }.get()
    }

    private func proceed() {
        let now = NIODeadline.now()
        while sent < plan.count {
            let due = origin + .nanoseconds(Int64(Double(sent) / plan.rate * 1e9))
            guard due <= now else { break }
            send(at: now - due > Self.tolerance ? due : now)
        }
        guard sent < plan.count else { return end.succeed() }
        loop.assumeIsolated().scheduleTask(in: Self.tick) { self.proceed() }
    }

    private func send(at time: NIODeadline) {
        guard let room = plan.rooms.randomElement() else { return }
        let socket = room.sockets[sent % room.sockets.count]
        let frame =
            #"{"type":"send","ref":"\#(sent)","room_id":"\#(room.id)","body":"\#(TimeMark.text(time)) \#(plan.text)"}"#
        ledger.sent(to: room.sockets.count)
        socket.send(.clientFrame(opcode: 1, payload: frame.utf8))
        sent += 1
    }
}
