import NIOCore

/// Decides when a client sends a request too slowly. Pure: time is passed in.
///
/// A request has a budget of time. Waiting for the client uses it up, received bytes of the body add to it, and time in
/// which the server itself is busy does not count.
struct RequestPace {
    struct Limits: Sendable {
        /// Time for the rest of a request head after its first part.
        var head = TimeAmount.seconds(10)
        /// Budget of a body at its start.
        var grace = TimeAmount.seconds(20)
        /// Bytes of a body that add a second to its budget: the lowest average rate.
        var bytesPerSecond: Int64 = 1024
        /// Largest budget of a body, and thus its longest pause.
        var pause = TimeAmount.seconds(45)
    }

    private enum Phase {
        case between
        case head
        case body
        /// The client has finished, or the server has stopped waiting for it.
        case finished
    }

    private let limits: Limits
    private var phase = Phase.between
    private var timeLeft = TimeAmount.zero
    /// Since when the server has been waiting for the client; nil while it does not.
    private var waitingSince: NIODeadline?

    /// Starts between two requests.
    init(_ limits: Limits) {
        self.limits = limits
    }

    /// When the request times out, unless more of it arrives; nil while the server does not wait for one.
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
        chargeWaiting(until: now)
        waitingSince = nil
    }

    /// Bytes were received that do not complete a part of a request. Between two requests, they start the next head.
    mutating func receivedFragment(at now: NIODeadline) {
        guard phase == .between else { return }
        begin(.head, with: limits.head, at: now)
    }

    /// Restarts the time for the head.
    mutating func extendHead(at now: NIODeadline) {
        guard phase == .head else { return }
        begin(.head, with: limits.head, at: now)
    }

    mutating func receivedHead(at now: NIODeadline) {
        begin(.body, with: limits.grace, at: now)
    }

    mutating func receivedBody(byteCount: Int, at now: NIODeadline) {
        guard phase == .body else { return }
        chargeWaiting(until: now)
        let earned = TimeAmount.nanoseconds(Int64(byteCount) * 1_000_000_000 / limits.bytesPerSecond)
        timeLeft = max(timeLeft, min(timeLeft + earned, limits.pause))
    }

    mutating func receivedEnd() {
        if phase == .body { phase = .between }
    }

    /// Nothing more is expected from the client.
    mutating func end() {
        phase = .finished
    }

    private mutating func begin(_ phase: Phase, with time: TimeAmount, at now: NIODeadline) {
        guard self.phase != .finished else { return }
        self.phase = phase
        timeLeft = time
        if waitingSince != nil { waitingSince = now }
    }

    private mutating func chargeWaiting(until now: NIODeadline) {
        guard let since = waitingSince else { return }
        timeLeft = timeLeft - (now - since)
        waitingSince = now
    }
}
