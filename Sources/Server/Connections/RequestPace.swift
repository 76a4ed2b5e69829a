import NIOCore

/// Decides when a client takes too long over a request. It has no clock: the time is passed in.
///
/// A request has time to spend. What passes while the server waits for the client uses it up, the bytes of a body earn
/// some, and what passes while the server is busy itself does not count.
struct RequestPace {
    struct Limits: Sendable {
        /// Time for the rest of a request head, once a part of it has come.
        var head = TimeAmount.seconds(10)
        /// Time that a body has from the start.
        var grace = TimeAmount.seconds(20)
        /// Bytes of a body that earn a second, so that it must come at least that fast on average.
        var bytesPerSecond: Int64 = 1024
        /// Most time that a body may have left, however fast it came: its longest pause.
        var pause = TimeAmount.seconds(45)
    }

    private enum Phase {
        case between
        case head
        case body
        /// The client sends nothing more, or has been given up.
        case over
    }

    private let limits: Limits
    private var phase = Phase.between
    private var timeLeft = TimeAmount.zero
    /// Since when the server waits for the client; nil while it has enough to do.
    private var waitingSince: NIODeadline?

    /// Begins between two requests.
    init(_ limits: Limits) {
        self.limits = limits
    }

    /// When the request has taken too long, unless more of it comes; nil while none is awaited.
    var deadline: NIODeadline? {
        guard phase == .head || phase == .body, let waitingSince else { return nil }
        return waitingSince + timeLeft
    }

    var isInBody: Bool { phase == .body }
    var isWaiting: Bool { waitingSince != nil }

    mutating func beginWaiting(at now: NIODeadline) {
        waitingSince = waitingSince ?? now
    }

    mutating func stopWaiting(at now: NIODeadline) {
        settle(at: now)
        waitingSince = nil
    }

    /// Some bytes have come that are no whole part of a request; between two requests they begin the next head.
    mutating func receivedFragment(at now: NIODeadline) {
        guard phase == .between else { return }
        begin(.head, with: limits.head, at: now)
    }

    /// Gives the head its whole time once more.
    mutating func extendHead(at now: NIODeadline) {
        guard phase == .head else { return }
        begin(.head, with: limits.head, at: now)
    }

    mutating func receivedHead(at now: NIODeadline) {
        begin(.body, with: limits.grace, at: now)
    }

    mutating func receivedBody(byteCount: Int, at now: NIODeadline) {
        guard phase == .body else { return }
        settle(at: now)
        let earned = TimeAmount.nanoseconds(Int64(byteCount) * 1_000_000_000 / limits.bytesPerSecond)
        timeLeft = max(timeLeft, min(timeLeft + earned, limits.pause))
    }

    mutating func receivedEnd() {
        if phase == .body { phase = .between }
    }

    /// Nothing more is expected.
    mutating func end() {
        phase = .over
    }

    private mutating func begin(_ phase: Phase, with time: TimeAmount, at now: NIODeadline) {
        guard self.phase != .over else { return }
        self.phase = phase
        timeLeft = time
        if waitingSince != nil { waitingSince = now }
    }

    private mutating func settle(at now: NIODeadline) {
        guard let since = waitingSince else { return }
        timeLeft = timeLeft - (now - since)
        waitingSince = now
    }
}
