import NIOCore

/// A room with the open sockets of its members.
struct Hall: Sendable {
    let id: String
    /// Those who speak, in turn.
    let sockets: [LiveSocket]
    /// How many sockets receive what is said.
    var listeners: Int { sockets.count }
}

/// Messages said over sockets at a steady rate, each in a random room by the member whose turn it is.
///
/// Lives on one event loop.
final class Talk {
    /// About what a person writes. With the mark a body has 105 bytes.
    static let sentence = "The kettle is on, and somebody has taken the good chair by the window again; sit down."

    struct Plan: Sendable {
        let halls: [Hall]
        /// Messages a second, in all rooms together.
        let rate: Double
        let seconds: Int
        var text = Talk.sentence

        var count: Int { Int(rate) * seconds }
    }

    private static let tick = TimeAmount.milliseconds(1)
    /// A message that leaves later than this counts from when it was due, so that a generator that cannot keep up does
    /// not hide it.
    private static let tolerance = TimeAmount.milliseconds(5)

    private let plan: Plan
    private let ledger: RoomLedger
    private let origin = NIODeadline.now()
    private let loop: any EventLoop
    private let end: EventLoopPromise<Void>
    private var said = 0

    private init(_ plan: Plan, ledger: RoomLedger, loop: any EventLoop) {
        (self.plan, self.ledger, self.loop) = (plan, ledger, loop)
        end = loop.makePromise()
    }

    /// Returns when everything has been said.
    static func hold(_ plan: Plan, ledger: RoomLedger, on loop: any EventLoop) async throws {
        try await loop.flatSubmit {
            let talk = Talk(plan, ledger: ledger, loop: loop)
            talk.proceed()
            return talk.end.futureResult
        }.get()
    }

    private func proceed() {
        let now = NIODeadline.now()
        while said < plan.count {
            let due = origin + .nanoseconds(Int64(Double(said) / plan.rate * 1e9))
            guard due <= now else { break }
            say(sent: now - due > Self.tolerance ? due : now)
        }
        guard said < plan.count else { return end.succeed() }
        loop.assumeIsolated().scheduleTask(in: Self.tick) { self.proceed() }
    }

    private func say(sent: NIODeadline) {
        guard let hall = plan.halls.randomElement() else { return }
        let socket = hall.sockets[said % hall.sockets.count]
        let frame =
            #"{"type":"send","ref":"\#(said)","room_id":"\#(hall.id)","body":"\#(TimeMark.text(sent)) \#(plan.text)"}"#
        ledger.said(to: hall.listeners)
        socket.send(.clientFrame(opcode: 1, payload: frame.utf8))
        said += 1
    }
}
